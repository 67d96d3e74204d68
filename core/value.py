"""A value: what a decision is made of, never changed, and made in a hurry.

A tap makes some twenty-five of them while a pupil waits, and a start reads a hundred thousand. A
frozen dataclass of sixteen fields takes ten microseconds to be made, since each field is set by a
call of its own; a `Value` takes half a one, since msgspec fills it in C. To whoever uses one it is
a frozen dataclass: `dataclasses.replace`, `fields` and `asdict` take it, and it compares alike. The
collector of cycles passes over values: made of what was there before, none leads back to itself.

Given by name, each field costs as much as four given by place: Python makes a dictionary of them
first. So what every tap makes is given by place, a line each; everything else by name.
"""

from dataclasses import Field as DataclassField
from dataclasses import field as dataclass_field
from dataclasses import make_dataclass
from functools import cache
from typing import Any, ClassVar, cast, dataclass_transform

from msgspec import NODEFAULT, Struct, field
from msgspec.structs import FieldInfo
from msgspec.structs import fields as struct_fields

__all__ = ["Value", "field"]

DataclassFields = dict[str, DataclassField[Any]]


class _Fields:
    """What `dataclasses` asks of a class, told when it asks: most are never asked."""

    def __get__(self, instance: object, owner: type["Value"]) -> DataclassFields:
        return _fields_of(owner)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True, gc=False):
    """Something that is what its fields say, and stays it. Assignment is an AttributeError."""

    __dataclass_fields__: ClassVar[DataclassFields] = cast("DataclassFields", _Fields())


@cache
def _fields_of(kind: type[Value]) -> DataclassFields:
    told = [(one.name, one.type, _told(one)) for one in struct_fields(kind)]
    twin: Any = make_dataclass(kind.__name__, told, init=False, repr=False, eq=False)
    return cast("DataclassFields", twin.__dataclass_fields__)


def _told(one: FieldInfo) -> DataclassField[object]:
    ways = {"default": one.default, "default_factory": one.default_factory}
    given = {way: value for way, value in ways.items() if value is not NODEFAULT}
    return cast("DataclassField[object]", cast("Any", dataclass_field)(**given))
