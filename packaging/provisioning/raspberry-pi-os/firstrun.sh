#!/bin/sh
# The first boot of Raspberry Pi OS 12 (64 bit, Lite) makes it a till. Copy this file and the folder
# refectory-bundle (built for arm64) to the boot partition, and add to the end of its one line in
# cmdline.txt:
#   systemd.run=/boot/firmware/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target
# Change the three values below. The box reboots once and is a terminal. Never tried on a Pi.
set -e

NAME='Canteen, till 1'
CENTRE=https://centre.school.example
CODE=D7DG-H2D2

boot=$(dirname "$(readlink -f "$0")")
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$boot"/refectory-bundle/*.deb
printf 'name = "%s"\nreaders = ["pcsc://"]\n' "$NAME" | refectory apply --no-restart -

# There is no network yet: the code is tried at the next boots until the centre answers.
cat > /etc/systemd/system/refectory-enrol.service << UNIT
[Unit]
Description=Refectory: enrol this terminal once
ConditionPathExists=!/var/lib/refectory/identity.json
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/refectory enrol --central $CENTRE --code $CODE
Restart=on-failure
RestartSec=10s

[Install]
WantedBy=multi-user.target
UNIT
systemctl enable refectory-enrol.service

# A till's screen may sleep, its processor may not: a tap is answered at once.
sed -i 's| systemd.run.*||g' "$boot/cmdline.txt"
