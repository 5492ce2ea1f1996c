"""The client engine: cases shared with TypeScript, and each invariant of SPEC 7, by number, for any contact at all."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import client, contact
from sync.client import RENEWABLE, Action, decide
from sync.contact import LATER, Closed, Contact, Held, Own, PushResult, Tip, is_shut_out

CASES = sorted((Path(__file__).parents[2] / "sync" / "vectors" / "client").glob("*.json"))

CIRCLES = st.sampled_from(["a" * 32, "b" * 32, "c" * 32])
IDS = st.integers(0, 9).map(lambda number: f"{number:064x}")
TIPS = st.builds(Tip, sequence=st.integers(0, 9), id=IDS)
CODES = st.sampled_from(["circle_stale", "circle_closed", "not_principal", "old_epoch", "quota_exceeded", "chain_gap"])
FEW = st.integers(0, 2)
SOME_CIRCLES = st.lists(CIRCLES, max_size=2, unique=True).map(tuple)
OWN = st.builds(
    Own,
    circle=CIRCLES,
    sent=TIPS,
    behind=st.none() | IDS,
    closed=st.lists(st.builds(Closed, id=IDS, size=st.integers(209, 4_194_304)), max_size=4).map(tuple),
    open=FEW,
    drafts=FEW,
    adrift=st.booleans(),
    trouble=st.none() | CODES,
    renewable=st.booleans(),
    acknowledge=st.booleans(),
)
HELD = st.builds(
    Held,
    head=st.integers(-1, 9),
    cursor=FEW,
    own=st.lists(OWN, max_size=3, unique_by=lambda own: own.circle).map(tuple),
    fresh=SOME_CIRCLES,
    lacking=SOME_CIRCLES,
    missing=SOME_CIRCLES,
    pending=FEW,
    lost=FEW,
    revoked=st.booleans(),
)
SETTLED = st.sampled_from(["current"]) | st.sampled_from(["unasked", "came", "behind", "astray", "refused", "current"])
CONTACTS = st.builds(
    Contact,
    held=HELD,
    session=st.sampled_from(["open", "open", "open", "none", "unknown"]),
    told=st.sampled_from([False, False, False, True]),
    heads=st.none() | st.dictionaries(CIRCLES, TIPS),
    directory=SETTLED,
    server=st.integers(-1, 9),
    code=st.none() | CODES,
    log=st.sampled_from(["current", "current", "unasked", "came"]),
    rewound=st.booleans(),
    counted=st.booleans(),
    returned=st.sampled_from([(), ("entries",), ("runs",)]),
    filled=SOME_CIRCLES,
    sought=SOME_CIRCLES,
    renewed=SOME_CIRCLES,
    refusals=st.dictionaries(IDS, CODES, max_size=3),
)


def kinds(actions: list[Action]) -> set[type]:
    return {type(action) for action in actions}


def pushed_runs(actions: list[Action]) -> set[str]:
    return {id_ for action in actions if isinstance(action, client.Push) for id_ in action.runs}


def plain(value: object) -> Any:
    return json.loads(msgspec.json.encode(value))


def test_every_invariant_has_cases() -> None:
    numbers = [json.loads(path.read_bytes())["spec"] for path in CASES]

    assert {f"7.{number}" for number in range(1, 12)} == set(numbers)
    assert 107 == len(CASES)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = json.loads(path.read_bytes())
    before = msgspec.convert(case["given"], Contact)
    if case["do"] == "decide":
        assert case["gives"] == plain(decide(before))
        return
    arguments = [_argument(case["do"], argument) for argument in case["with"]]
    after = getattr(contact, case["do"])(before, *arguments)

    assert plain(msgspec.convert(case["gives"], Contact)) == plain(after)


def _argument(event: str, given: Any) -> Any:
    """JSON as the event's own kinds of value."""
    of = {"looked": Held, "heads_came": dict[str, Tip], "pushed": list[PushResult]}.get(event)
    return msgspec.convert(given, of) if of else given


@given(CONTACTS)
def test_there_is_always_something_to_do_or_a_rest(now: Contact) -> None:
    actions = decide(now)

    assert actions
    assert len(actions) == 1 or not kinds(actions) & {client.Stop, client.Rest}


@given(CONTACTS)
def test_1_own_heads_are_known_before_anything_is_pushed(now: Contact) -> None:
    if not is_shut_out(now) and kinds(decide(now)) & {client.Push, client.HandBackRuns}:
        assert now.session == "open"
        assert now.heads is not None


@given(CONTACTS)
def test_2_an_open_run_is_closed_before_an_entry_is_taken_in(now: Contact) -> None:
    actions = decide(now)
    if client.TakeEntries in kinds(actions):
        *before, last = actions

        assert client.TakeEntries() == last
        assert [client.CloseRun(own.circle) for own in now.held.own if own.open] == before


@given(CONTACTS)
def test_3_the_directory_is_taken_in_before_runs_that_name_it_are_judged(now: Contact) -> None:
    if client.TakeRuns in kinds(decide(now)):
        assert "current" == now.directory
        assert set(now.held.lacking) <= set(now.sought)


@given(CONTACTS, st.integers(0, 9))
def test_3_runs_under_a_newer_head_ask_for_the_directory_first(now: Contact, named: int) -> None:
    after = contact.runs_came(now, named, [], False)

    assert ("unasked" == after.directory) or named <= max(now.held.head, now.chased)


@given(CONTACTS)
def test_4_nothing_is_written_into_a_stale_or_closed_circle(now: Contact) -> None:
    own = {each.circle: each for each in now.held.own}
    for action in decide(now):
        if isinstance(action, client.WriteDrafts):
            assert own[action.circle].trouble is None
        if isinstance(action, client.Renew):
            assert all(own[circle].trouble in RENEWABLE and own[circle].renewable for circle in action.circles)
            assert not {*action.circles} & {*now.renewed}


@given(CONTACTS)
def test_5_only_unsent_changes_are_rechained(now: Contact) -> None:
    own = {each.circle: each for each in now.held.own}
    for action in decide(now):
        if isinstance(action, client.Rechain):
            chain, tip = own[action.circle], (now.heads or {}).get(action.circle, contact.NO_TIP)

            assert "current" == now.log
            assert chain.behind is not None
            assert chain.adrift or chain.behind != chain.sent.id
            assert tip.id not in [run.id for run in chain.closed]
            assert tip.sequence < chain.sent.sequence or tip == chain.sent or tip.id == chain.sent.id


@given(CONTACTS)
def test_6_what_is_refused_never_holds_up_other_circles(now: Contact) -> None:
    """Whatever is refused in one circle, the others do what they would have done."""
    first, *others = now.held.own or (Own("d" * 32),)
    refused = {run.id: "quota_exceeded" for run in first.closed}
    quiet = contact.looked(now, msgspec.structs.replace(now.held, own=tuple(others)))
    loud = msgspec.structs.replace(now, refusals={**now.refusals, **refused})
    apart = not {run.id for run in first.closed} & {run.id for own in others for run in own.closed}
    if apart and client.Push in kinds(decide(quiet)) and client.Push in kinds(decide(loud)):
        assert pushed_runs(decide(quiet)) == pushed_runs(decide(loud))


@given(CONTACTS)
def test_6_only_what_is_refused_for_good_is_buried_and_never_sent_again(now: Contact) -> None:
    actions = decide(now)
    for action in actions:
        if isinstance(action, client.Bury):
            assert now.refusals[action.id] == action.code
            assert action.code not in LATER

    assert not pushed_runs(actions) & {*now.refusals}


@given(CONTACTS)
def test_7_a_refused_chain_stops_sending_and_shows_the_alarm(now: Contact) -> None:
    refused = msgspec.structs.replace(now, directory="refused", code="forked")

    assert [client.Stop("forked")] == decide(refused)


@given(CONTACTS)
def test_8_what_the_server_lost_is_handed_back_before_new_runs_are_sent(now: Contact) -> None:
    sends = client.Push in kinds(decide(now)) and not is_shut_out(now)
    if sends:
        assert "current" == now.directory
        assert not (now.counted and now.held.lost) or "runs" in now.returned
        assert now.counted or not now.rewound


@given(CONTACTS)
def test_9_a_newly_given_circle_is_fetched_whole_and_nothing_else_again(now: Contact) -> None:
    for action in decide(now):
        if isinstance(action, client.Pull) and action.after:
            assert now.held.cursor == action.after
            assert {*action.backfill} == ({*now.held.fresh} | {*now.held.missing}) - {*now.filled}
        if isinstance(action, client.Push | client.Rest) and not is_shut_out(now):
            assert not {*now.held.fresh} - {*now.filled}


@given(CONTACTS)
def test_10_synced_is_said_only_when_it_is_true(now: Contact) -> None:
    if decide(now) == [client.Rest()]:
        held = now.held

        assert [] == [own for own in held.own if own.drafts or own.open or own.closed]
        assert (0, ()) == (held.pending, held.missing)
        assert "current" == now.directory == now.log
        assert now.server <= held.head


@given(CONTACTS)
def test_11_revoked_is_followed_only_when_our_own_directory_says_so(now: Contact) -> None:
    actions = decide(now)
    if client.Stop("revoked") in actions:
        assert now.told
        assert now.held.revoked
    if now.told and not now.held.revoked:
        assert not kinds(actions) & {client.Push, client.Rest, client.Pull, client.WriteDrafts, client.Acknowledge}


def test_10_is_said_of_some_contacts() -> None:
    """The control: the property above is not true for want of cases."""
    assert [client.Rest()] == decide(
        Contact(held=Held(head=7), session="open", heads={}, directory="current", server=7, log="current")
    )
