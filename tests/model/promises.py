"""The promises of docs/threat-model.md as checks: each gives what it finds wrong, in words that name where.

`broken(world)` is asked when everything works again and everybody had contact. What a check knows it has from people's
memory, from the server's disk under the law in full, and from what devices show; never from the one it checks.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sync.ledger import Ledger
from tests.model.archive import Archive, all_bytes
from tests.model.holdings import changes_of, entries_of, waiting
from tests.model.memory import SIGN, Memory, Wrote, texts_in
from tests.model.world import PASSPHRASE, Actor, World

Check = Callable[["Sight"], Iterator[str]]
State = dict[bytes, list[str]]
"""Of each circle, what is shown there, as text that is equal where it is equal."""


class BrokenPromise(AssertionError):
    """Says which, and what was found."""


@dataclass
class Sight:
    """A world, looked at once everybody is done."""

    world: World

    @property
    def memory(self) -> Memory:
        return self.world.memory

    @cached_property
    def archive(self) -> Archive:
        return self.world.archive()

    @cached_property
    def ids(self) -> dict[str, set[bytes]]:
        return self.memory.ids_of()

    @cached_property
    def active(self) -> list[Actor]:
        """Those whose device is one, in the directory as it is."""
        at = self.archive.head
        return [actor for actor in self.world.working() if self.archive.directory.is_active(actor.on.key, at)]

    @cached_property
    def revoked(self) -> dict[bytes, int]:
        """Devices that were shut out, and since which entry."""
        known = self.archive.directory.devices(self.archive.head)
        return {device.key: device.revoked for device in known if device.revoked is not None}

    @cached_property
    def states(self) -> dict[str, State]:
        return {actor.name: by_circle(actor.on.core.held.ledger) for actor in self.active}

    @cached_property
    def counting(self) -> set[bytes]:
        """Changes that count by the law."""
        return {id_ for id_, verdict in self.archive.verdicts.items() if verdict.counts}

    @cached_property
    def forked(self) -> set[bytes]:
        """Changes with a number that their device used twice, and those behind them, on any device."""
        found: set[bytes] = set()
        for actor in self.active:
            log = actor.on.core.held.ledger.log
            first = {(fork.circle, fork.device): fork.sequence for fork in reversed(log.forks)}
            changes = (log.change(id_) for id_ in changes_of(actor.on))
            headers = [(change.id, change.header) for change in changes if change is not None]
            found |= {id_ for id_, at in headers if first.get((at.circle, at.device), at.sequence + 1) <= at.sequence}
        return found

    def is_principal(self, actor: Actor, circle: bytes) -> bool:
        return self.archive.directory.principal(circle, actor.on.key, self.archive.head)

    def was_narrowed(self, wrote: Wrote) -> bool:
        """Did somebody decide that what this author writes there does not count, or no longer?"""
        directory, at = self.archive.directory, self.archive.head
        is_in = directory.principal(wrote.circle, wrote.key, at)
        view = directory.circle(wrote.circle, at)
        member = next((actor.member for actor in self.world.actors if actor.name == wrote.by), b"")
        is_shut = view is None or view.closed or view.shredded
        return wrote.key in self.revoked or not is_in or is_shut or member in self.memory.rerolled or not wrote.may


# Promise 1: nothing acknowledged is lost


def acknowledged_changes_are_on_the_servers_disk(sight: Sight) -> Iterator[str]:
    """Promise 1, and 4: what was taken in once was not dropped."""
    there = set(sight.archive.changes)
    for id_ in sorted(sight.memory.acknowledged - there - sight.forked):
        if id_ not in sight.memory.gone:
            yield f"change {id_.hex()}: {sorted(sight.memory.texts.get(id_, ()))}"


def acknowledged_entries_are_in_the_directory(sight: Sight) -> Iterator[str]:
    """Promise 1."""
    for hash_ in sorted(sight.memory.appended - sight.archive.entries):
        if hash_ not in sight.memory.gone:
            yield f"entry {hash_.hex()}"


def every_value_written_is_somewhere(sight: Sight) -> Iterator[str]:
    """Promise 1: in the log, in quarantine, or on its author's device with the reason why it waits there."""
    there = set(sight.archive.changes) | sight.forked
    local = {text for actor in sight.world.with_device() for text in waiting(actor.on)}
    unsent = {id_ for actor in sight.world.with_device() for id_ in changes_of(actor.on)}
    for wrote in sight.memory.expected():
        ids = sight.ids.get(wrote.text, set())
        is_handed_in = bool(ids & there)
        is_kept = wrote.text in local or bool(ids & unsent)
        if not is_handed_in and not (is_kept and sight.was_narrowed(wrote)):
            yield f"{wrote.text} of {wrote.by}, {'kept' if is_kept else 'gone'}"


# Promise 2: the same state everywhere, and no value disappears


def every_value_that_counts_is_shown_or_was_seen_by_who_replaced_it(sight: Sight) -> Iterator[str]:
    """Promise 2, on every device that is in the circle."""
    counting = {text for text, ids in sight.ids.items() if ids & sight.counting}
    replaced = {text for one in counting if one in sight.memory.written for text in sight.memory.written[one].saw}
    for actor in sight.active:
        shown = texts_shown(actor.on.core.held.ledger)
        for wrote in sight.memory.expected():
            is_due = wrote.may and wrote.text in counting and sight.is_principal(actor, wrote.circle)
            if is_due and wrote.text not in shown and wrote.text not in replaced:
                yield f"{wrote.text} of {wrote.by} is not shown to {actor.name}"


def what_does_not_count_was_somebodys_decision(sight: Sight) -> Iterator[str]:
    """Promise 2: no value stops counting without a directory entry that says so."""
    for wrote in sight.memory.expected():
        ids = sight.ids.get(wrote.text, set())
        if ids & set(sight.archive.changes) and not ids & sight.counting and not sight.was_narrowed(wrote):
            codes = {sight.archive.verdicts[id_].code for id_ in ids & sight.archive.logged}
            yield f"{wrote.text} of {wrote.by}: {sorted(map(str, codes)) or 'in quarantine'}"


def devices_in_a_circle_show_the_same(sight: Sight) -> Iterator[str]:
    """Promise 2."""
    for circle in sight.archive.directory.circles():
        within = [actor for actor in sight.active if sight.is_principal(actor, circle)]
        shown = {actor.name: sight.states[actor.name].get(circle, []) for actor in within}
        first = next(iter(shown.values()), [])
        for name, lines in shown.items():
            if lines != first:
                other = sorted({*lines} ^ {*first})
                yield f"{name} and {next(iter(shown))} in {circle.hex()[:8]}: {other[:2]}"


def verdicts_are_the_laws(sight: Sight) -> Iterator[str]:
    """Promise 2: what a device came to step by step is what the law says of everything at once."""
    for actor in sight.active:
        log = actor.on.core.held.ledger.log
        for id_, verdict in sight.archive.verdicts.items():
            circle = sight.archive.changes[id_][0].header.circle
            if not sight.is_principal(actor, circle) or id_ in sight.forked:
                continue
            mine = log.verdict(id_)
            if mine != verdict:
                yield f"{actor.name} says {mine} of {id_.hex()[:8]}, the law {verdict}"


def no_write_beyond_a_role_counts(sight: Sight) -> Iterator[str]:
    """Promise 2, as the data dictionary says who may write: nowhere shown, and kept where it can be read."""
    beyond = [wrote for wrote in sight.memory.expected() if not wrote.may]
    for actor in sight.active:
        shown = texts_shown(actor.on.core.held.ledger)
        yield from (f"{wrote.text} is shown to {actor.name}" for wrote in beyond if wrote.text in shown)


# Promise 3: the server learns nothing


def the_server_holds_no_word(sight: Sight) -> Iterator[str]:
    """Promise 3: its disk, its backups, its log."""
    words = [SIGN.encode(), PASSPHRASE.encode()]
    for actor in sight.world.with_device():
        words += [actor.on.core.held.identity.signing, actor.on.core.held.identity.sealing]
    server = sight.world.server
    places = [*all_bytes(server.data), *(file for backup in server.backups for file in all_bytes(backup))]
    for path, data in places:
        yield from (f"{path.name} holds {word!r}" for word in words if word in data)
    yield from (f"the log holds {word!r}" for word in words if word in server.words.encode())


# Promise 4: the server, and whoever holds it, changes nothing unnoticed


def nothing_counts_that_no_person_wrote(sight: Sight) -> Iterator[str]:
    """Promise 4: no value is shown that is in nobody's memory, and no device is there that nobody let in."""
    known = {actor.on.key for actor in sight.world.with_device()}
    names = {actor.on.key for actor in sight.world.actors if actor.device is not None}
    for device in sight.archive.directory.devices(sight.archive.head):
        absent = any(actor.device is None and actor.member == device.member for actor in sight.world.actors)
        if device.key not in known | names and not absent:
            yield f"device {device.key.hex()[:8]}"
    for id_, texts in sight.memory.texts.items():
        yield from (f"{text} in {id_.hex()[:8]}" for text in texts if text not in sight.memory.written)


def nobody_is_accused_of_what_did_not_happen(sight: Sight) -> Iterator[str]:
    """Promise 4, from the other side: an alarm says what really was wrong."""
    memory = sight.memory
    for name, code, about in sorted(memory.alarms):
        key = next(actor.on.key for actor in sight.world.with_device() if actor.name == name)
        is_true = {
            "rolled_back": memory.losses > 0,
            "revoked": key in sight.revoked,
            "fork": memory.losses > 0 and about in memory.rewound,
        }
        if not is_true.get(code, False):
            yield f"{name}: {code} about {about.hex()[:8] or 'the server'}"


def a_server_that_lost_entries_is_found_out(sight: Sight) -> Iterator[str]:
    """Promise 4: rolled back, it is named by whoever held more."""
    codes = {code for _, code, _ in sight.memory.alarms}
    if sight.memory.lost_entries - sight.memory.gone and "rolled_back" not in codes:
        yield f"{len(sight.memory.lost_entries)} entries were lost, and nobody said so"


# Promise 5: after a revocation


def a_revoked_device_makes_nothing_count(sight: Sight) -> Iterator[str]:
    """Promise 5: but for what the server had when it was shut out, and what a person let in."""
    for id_ in sorted(sight.counting):
        change, _ = sight.archive.changes[id_]
        if change.header.device not in sight.revoked or change.is_acknowledgement:
            continue
        before = sight.memory.before_cut.get(change.header.device, set())
        if id_ not in before and not _is_let_in(sight, id_):
            yield f"{id_.hex()[:8]}: {sorted(sight.memory.texts.get(id_, ()))}"
    for key in sight.revoked.keys() - sight.memory.revoking:
        yield f"{key.hex()[:8]} was shut out by nobody"


def a_revoked_device_reads_nothing_later(sight: Sight) -> Iterator[str]:
    """Promise 5: with its keys and with everything on the server's disk."""
    for actor in sight.world.with_device():
        since = sight.revoked.get(actor.on.key)
        if since is None:
            continue
        keyring = sight.archive.keyring(actor.on.core.held.sealing)
        for id_, (change, run) in sight.archive.changes.items():
            header = change.header
            if run.head.head_index >= since and change.body and keyring.secret(header.circle, header.epoch):
                yield f"{actor.name} opens {id_.hex()[:8]}"


def _is_let_in(sight: Sight, id_: bytes) -> bool:
    header = sight.archive.changes[id_][0].header
    named = [sight.archive.changes[each][0].header for each in sight.memory.let_in if each in sight.archive.changes]
    place = header.circle, header.device
    return any((at.circle, at.device) == place and header.sequence <= at.sequence for at in named)


# Promise 6: keys open only what their member is in


def keys_open_only_their_circles(sight: Sight) -> Iterator[str]:
    """Promise 6: with everything on the server's disk; and only those were let in whom a person named."""
    directory = sight.archive.directory
    for actor in sight.world.with_device():
        keyring = sight.archive.keyring(actor.on.core.held.sealing)
        for circle in directory.circles():
            view = directory.circle(circle, sight.archive.head)
            epochs = range(1, (view.epoch if view else 0) + 1)
            if not directory.was_principal(circle, actor.on.key) and any(keyring.secret(circle, e) for e in epochs):
                yield f"{actor.name} opens {view.kind if view else circle.hex()}"
            elif view is not None and view.kind == "dispatch":
                yield from _unnamed(sight, actor, view.id, view.case)


def _unnamed(sight: Sight, actor: Actor, circle: bytes, case: bytes | None) -> Iterator[str]:
    """Somebody who is in a dispatch, and whom nobody sent there or seated at the desk."""
    directory, at = sight.archive.directory, sight.archive.head
    spans = directory.principal_spans(circle, actor.on.key)
    is_direct = any(directory.direct(circle, actor.on.key, begin) for begin, _ in spans)
    was_sent = any(case == of and actor.member in members for of, members in sight.memory.sent)
    if is_direct and not was_sent:
        yield f"{actor.name} is in {circle.hex()[:8]} at {at}"


# Promise 7: the recovery key


def the_recovery_key_reads_everything(sight: Sight) -> Iterator[str]:
    """Promise 7: from the server's disk and the paper alone comes what the devices show."""
    recovered = by_circle(sight.archive.ledger(sight.world.recovery.sealing))
    for actor in sight.active:
        for circle, lines in sight.states[actor.name].items():
            if sight.is_principal(actor, circle) and recovered.get(circle, []) != lines and not sight.forked:
                yield f"{circle.hex()[:8]} is not what {actor.name} shows"


# What a person waits for


def nothing_is_stuck(sight: Sight) -> Iterator[str]:
    """Promise 1: nothing waits in an outbox for ever, but what its author may not write there any more."""
    for actor in sight.active:
        device = actor.on
        for chain in device.core.held.chains.values():
            if chain.unsent and not _cannot_go_on(sight, actor, chain.circle):
                yield f"{actor.name} has {len(chain.unsent)} unsent in {chain.circle.hex()[:8]}"
        yield from (
            f"{actor.name} has a draft that waits for {code}"
            for _, _, code in device.drafts()
            if code not in ("not_principal", "not_enrolled", "circle_closed", "unknown_circle")
        )
        yield from (f"{actor.name} has a dead letter: {letter.code}" for letter in device.dead_letters())
    for actor in sight.active:
        if entries_of(actor.on) != sight.archive.entries:
            yield f"{actor.name} is at entry {actor.on.core.held.head} of {sight.archive.head}"


def _cannot_go_on(sight: Sight, actor: Actor, circle: bytes) -> bool:
    """An old profile that cannot learn what it sent last: the server lost that too, or does not give it any more."""
    is_old = actor.on.key in sight.memory.rewound
    return is_old and (sight.memory.losses > 0 or not sight.is_principal(actor, circle))


PROMISES: tuple[Check, ...] = (
    acknowledged_changes_are_on_the_servers_disk,
    acknowledged_entries_are_in_the_directory,
    every_value_written_is_somewhere,
    every_value_that_counts_is_shown_or_was_seen_by_who_replaced_it,
    what_does_not_count_was_somebodys_decision,
    devices_in_a_circle_show_the_same,
    verdicts_are_the_laws,
    no_write_beyond_a_role_counts,
    the_server_holds_no_word,
    nothing_counts_that_no_person_wrote,
    nobody_is_accused_of_what_did_not_happen,
    a_server_that_lost_entries_is_found_out,
    a_revoked_device_makes_nothing_count,
    a_revoked_device_reads_nothing_later,
    keys_open_only_their_circles,
    the_recovery_key_reads_everything,
    nothing_is_stuck,
)


def broken(world: World) -> dict[str, list[str]]:
    """What is wrong, by the name of the promise."""
    sight = Sight(world)
    found = {check.__name__: list(check(sight)) for check in PROMISES}
    return {name: wrong for name, wrong in found.items() if wrong}


def keep(world: World) -> None:
    """Raises BrokenPromise."""
    wrong = broken(world)
    if wrong:
        lines = [f"{name}: {'; '.join(findings[:5])}" for name, findings in wrong.items()]
        raise BrokenPromise("\n".join(lines))


# A state by circle


def by_circle(ledger: Ledger) -> State:
    """What each circle shows, refused writes too."""
    state = json.loads(ledger.merge.to_json())
    found: State = {}
    for register in state["registers"]:
        found.setdefault(bytes.fromhex(register["circle"]), []).append(json.dumps(register, ensure_ascii=False))
    for circle, *record in state["deleted"]:
        found.setdefault(bytes.fromhex(circle), []).append(f"deleted {record}")
    for aside in (*state["refused"], *state["unjudged"]):
        change = ledger.merge.change(bytes.fromhex(aside["change"]))
        assert change is not None
        found.setdefault(change.circle, []).append(f"set aside {json.dumps(aside, ensure_ascii=False)}")
    return found


def texts_shown(ledger: Ledger) -> frozenset[str]:
    """The model's values that stand, or are asked for."""
    registers = json.loads(ledger.merge.to_json())["registers"]
    return texts_in(one["value"] for register in registers for one in (*register["values"], *register["requests"]))
