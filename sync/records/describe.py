"""Declarations to data: what the runtimes, the forms and the documents are made from.

Types come from every module of this package that declares a `Record`, so a new family is one new file.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Any, TypeVar, get_args

import msgspec
from msgspec import inspect as kinds

from sync import records
from sync.records.schema import CIRCLES, DELETED, DUTIES, ROLES, VERSION, Choice, Field, Label, Part, Record

Data = dict[str, Any]
"""What becomes JSON."""


@cache
def record_types() -> dict[str, type[Record]]:
    """Every declared type by its name on the wire, in the order of files and of declarations."""
    names = (f"{records.__name__}.{found.name}" for found in pkgutil.iter_modules(records.__path__))
    return {wire_name(cls): cls for name in names for cls in _declared(importlib.import_module(name))}


def describe() -> Data:
    """The whole dictionary. `types` judge and never change; `forms`, `parts`, `choices` are words and may improve."""
    types = record_types()
    nested = [
        inner
        for cls in types.values()
        for note in annotations(cls).values()
        for inner in _nested(kinds.type_info(note))
    ]
    return {
        "version": VERSION,
        "roles": list(ROLES),
        "duties": list(DUTIES),
        "circles": list(CIRCLES),
        "types": {name: _type_rule(name, cls) for name, cls in types.items()},
        "forms": {name: _form(cls) for name, cls in types.items()},
        "parts": _by_name(nested, Part, _part),
        "choices": _by_name(nested, Choice, _choices),
    }


def annotations(cls: type[Record]) -> dict[str, Any]:
    """A type's fields as declared, and `deleted`, which every type has."""
    return {field.name: field.type for field in msgspec.structs.fields(cls)} | {"deleted": DELETED}


def wire_name(cls: type) -> str:
    """ContactPreference to contact_preference."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def _declared(module: ModuleType) -> Iterator[type[Record]]:
    for cls in vars(module).values():
        if inspect.isclass(cls) and issubclass(cls, Record) and cls.__module__ == module.__name__ and cls is not Record:
            yield cls


def _type_rule(name: str, cls: type[Record]) -> Data:
    about = cls.described
    rules = {field: _field_rule(cls, name, field, note) for field, note in annotations(cls).items()}
    return {"introduced": about.introduced, "home": about.home, "fields": rules}


def _field_rule(cls: type[Record], type_name: str, name: str, annotation: Any) -> Data:
    about, field, kind = cls.described, _words(annotation, Field), kinds.type_info(annotation)
    each = isinstance(kind, kinds.SetType)
    policy = msgspec.to_builtins(field.policy)
    return {
        "type": type_name,
        "field": name,
        "introduced": field.introduced or about.introduced,
        "kind": _kind(kind.item_type if isinstance(kind, kinds.SetType) else kind),
        "each": each,
        "policy": policy.pop("name"),
        "home": field.home or about.home,
        "write": list(field.write or about.write),
        **policy,
    }


def _kind(info: kinds.Type) -> Data:
    match info:
        case kinds.Metadata(extra={"kind": str(name)}):
            return {"kind": name}
        case kinds.StrType(max_length=int(most)):
            return {"kind": "text", "max": most}
        case kinds.IntType(ge=int(least), le=int(most)):
            return {"kind": "int", "min": least, "max": most}
        case kinds.BoolType():
            return {"kind": "bool"}
        case kinds.DateType():
            return {"kind": "date"}
        case kinds.EnumType(cls=cls):
            return {"kind": "enum", "name": cls.__name__, "values": [str(choice) for choice in cls]}
        case kinds.ListType(item_type=of, max_length=int(most)):
            return {"kind": "list", "of": _kind(of), "max": most}
        case kinds.StructType(cls=cls, fields=fields):
            return {
                "kind": "struct",
                "name": cls.__name__,
                "fields": {field.name: _kind(field.type) for field in fields},
                "required": [field.name for field in fields if field.required],
            }
        case _:
            raise TypeError(f"not one of the dictionary's kinds, or without its limits: {info}")


def _form(cls: type[Record]) -> Data:
    return {
        "ja": cls.described.ja,
        "en": cls.described.en,
        "about": inspect.getdoc(cls),
        "family": cls.__module__.rpartition(".")[2],
        "fields": [_form_field(field.name, _words(field.type, Field)) for field in msgspec.structs.fields(cls)],
    }


def _form_field(name: str, field: Field) -> Data:
    line = {"name": name, "ja": field.ja, "en": field.en, "required": field.required, "quick": field.quick}
    return line | ({"help": {"ja": field.help.ja, "en": field.help.en}} if field.help else {})


def _part(cls: type[Part]) -> list[Data]:
    labels = {field.name: _words(field.type, Label) for field in msgspec.structs.fields(cls)}
    return [{"name": name, "ja": label.ja, "en": label.en} for name, label in labels.items()]


def _choices(cls: type[Choice]) -> list[Data]:
    return [{"value": str(choice), "ja": choice.ja, "en": choice.en} for choice in cls]


def _nested(info: kinds.Type) -> Iterator[type]:
    match info:
        case kinds.Metadata(type=inner) | kinds.ListType(item_type=inner) | kinds.SetType(item_type=inner):
            yield from _nested(inner)
        case kinds.EnumType(cls=cls):
            yield cls
        case kinds.StructType(cls=cls, fields=fields):
            yield cls
            for field in fields:
                yield from _nested(field.type)


B = TypeVar("B")


def _by_name(classes: Iterable[type], base: type[B], render: Callable[[type[B]], Any]) -> Data:
    """Raises ValueError if two classes would go by one name."""
    found = {cls for cls in classes if issubclass(cls, base)}
    named = {cls.__name__: cls for cls in found}
    if len(named) != len(found):
        raise ValueError(f"two kinds of {base.__name__} with one name")
    return {name: render(cls) for name, cls in sorted(named.items())}


W = TypeVar("W", Field, Label)


def _words(annotation: Any, of: type[W]) -> W:
    return next(note for note in _notes(annotation) if isinstance(note, of))


def _notes(annotation: Any) -> Iterator[object]:
    yield from getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        yield from _notes(inner)
