"""What people and devices are called. The directory, which the server reads, has no names; these are in `centre`."""

from typing import Annotated

from sync.records.schema import ASK, DESK, EVERYONE, LATEST, Field, Id, Key, Line, Name, Record, record


@record("メンバーの名札", "Member's name", home="centre", write=DESK)
class MemberProfile(Record):
    """Who a member is to the others."""

    member: Annotated[Id, Field("メンバー", "Member", ASK, required=True)]
    name: Annotated[Name, Field("名前", "Name", ASK, required=True)]
    kana: Annotated[Name, Field("ふりがな", "Reading", LATEST)]
    post: Annotated[Line, Field("所属・役割", "Organisation and post", LATEST)]


@record("端末の名札", "Device's name", home="centre", write=EVERYONE)
class DeviceProfile(Record):
    """What its owner calls a device, so that others can tell which one wrote."""

    device: Annotated[Key, Field("端末", "Device", ASK, required=True)]
    name: Annotated[Name, Field("端末の名前", "Name of the device", LATEST, required=True)]
