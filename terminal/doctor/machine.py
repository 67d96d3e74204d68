"""The computer itself: memory, temperature, and the voltage of its supply."""

from collections.abc import Iterator
from typing import Final

from terminal.doctor.finding import Finding, degraded, failed, well
from terminal.doctor.scene import Scene

_MEMORY_WARN_KB: Final = 64 * 1024
_HOT_MILLIDEGREES: Final = 80_000
"""Where a Raspberry Pi begins to slow down. Source: Raspberry Pi documentation, config.txt."""
_UNDER_VOLTAGE_NOW: Final = 1 << 0
_THROTTLED_NOW: Final = 1 << 2
_UNDER_VOLTAGE_SEEN: Final = 1 << 16
"""Bits of get_throttled. Source: Raspberry Pi documentation, vcgencmd."""


def check_memory(scene: Scene) -> Iterator[Finding]:
    """Yield how much memory is left, and whether programs were ended for want of it."""
    lines = dict(
        line.split(":", 1)
        for line in (scene.text("proc/meminfo") or "").splitlines()
        if ":" in line
    )
    available = lines.get("MemAvailable", "").split()
    killed = dict(
        line.split(" ", 1) for line in (scene.text("proc/vmstat") or "").splitlines() if " " in line
    ).get("oom_kill", "0")
    if not available:
        return
    free_kb = int(available[0])
    what = f"{free_kb // 1024} MB of memory available"
    cure = "see who uses it: ps aux --sort=-rss | head; end what is no part of the till"
    if free_kb < _MEMORY_WARN_KB:
        yield degraded("memory", what, why="the kernel may end the till's screen", cure=cure)
    elif killed.strip() not in ("", "0"):
        what = f"{what}; {killed.strip()} programs were ended for want of it since the start"
        yield degraded("memory", what, why="one of them may have been the till's screen", cure=cure)
    else:
        yield well("memory", what)


def check_temperature(scene: Scene) -> Iterator[Finding]:
    """Yield the temperature of the hottest sensor; nothing where there is none."""
    found = [
        value
        for place in scene.matches("sys/class/thermal/thermal_zone*/temp")
        if (value := scene.number(str(place))) is not None
    ]
    if not found:
        return
    what = f"{max(found) // 1000} °C"
    if max(found) < _HOT_MILLIDEGREES:
        yield well("temperature", what)
        return
    cure = "give it air: clean the vents, move it from heat and steam, or fit a fan"
    yield degraded("temperature", what, why="it slows down, and in the end stops", cure=cure)


def check_power(scene: Scene) -> Iterator[Finding]:
    """Yield whether the supply's voltage is, or was, too low; nothing where nobody measures it."""
    bits = _throttled_bits(scene)
    alarm = next(
        (
            scene.number(str(place.parent / "in0_lcrit_alarm"))
            for place in scene.matches("sys/class/hwmon/hwmon*/name")
            if scene.text(str(place)) == "rpi_volt"
        ),
        None,
    )
    if bits is None and alarm is None:
        return
    bits = bits or 0
    cure = "use the maker's own power supply and a short, thick cable; unplug what it need not feed"
    if alarm or bits & _UNDER_VOLTAGE_NOW:
        why = "cards are damaged and readers drop out when the voltage falls"
        yield failed("power", "the supply's voltage is too low now", why=why, cure=cure)
    elif bits & _UNDER_VOLTAGE_SEEN:
        why = "cards are damaged and readers drop out when the voltage falls"
        what = "the supply's voltage was too low since the start"
        yield degraded("power", what, why=why, cure=cure)
    elif bits & _THROTTLED_NOW:
        why = "taps and screens take longer"
        yield degraded("power", "the processor is slowed down", why=why, cure=cure)
    else:
        yield well("power", "the supply's voltage is right")


def _throttled_bits(scene: Scene) -> int | None:
    for name in scene.matches("sys/devices/platform/soc/soc:firmware/get_throttled"):
        text = scene.text(str(name))
        if text is not None:
            return _hexadecimal(text)
    if not scene.matches("usr/bin/vcgencmd"):
        return None
    # It answers as in `throttled=0x50005`.
    return _hexadecimal((scene.run(["vcgencmd", "get_throttled"]) or "").strip().partition("=")[2])


def _hexadecimal(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None
