"""One contact with the server, carried out: asks `decide` what to do, does it, tells the contact what came of it.

Whatever cuts it off, the next contact goes on from what is on disk. Never imported by the server.
Source: sync/SPEC.md 6 to 8.  Twin: sync/exchange.ts.
"""

from dataclasses import dataclass

from sync import client, contact
from sync.client import Action, decide
from sync.contact import Contact, Tip
from sync.exchange_chains import ChainActions
from sync.exchange_directory import DirectoryActions
from sync.exchange_log import LogActions
from sync.holdings import Holdings
from sync.outlook import Outlook
from sync.transport import RefusedError, Transport

MOST_ROUNDS = 1_000
"""However much a server finds to tell, a contact ends."""
_NOT_KNOWN = frozenset({"unknown_device", "unknown_centre"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a contact came to. because: what waits; alarm: why it was stopped. Neither: "synced"."""

    because: tuple[str, ...]
    alarm: str | None = None

    @property
    def synced(self) -> bool:
        return not self.because and self.alarm is None


class Exchange:
    """For one contact."""

    def __init__(self, held: Holdings, outlook: Outlook, server: Transport) -> None:
        self._held = held
        self._outlook = outlook
        self._server = server
        self._directory = DirectoryActions(held, outlook, server)
        self._chains = ChainActions(held, outlook)
        self._log = LogActions(held, server, self._chains)
        self._contact = Contact(session="open" if server.is_signed_in else "none")

    def run(self) -> Report:
        """Until there is nothing left to do.

        Raises OfflineError, RefusedError: the server is not there, or cannot now.
        """
        for _ in range(MOST_ROUNDS):
            self._contact = contact.looked(self._contact, self._outlook.look(len(self._log.lost)))
            for action in decide(self._contact):
                if isinstance(action, client.Rest):
                    return Report(action.because)
                if isinstance(action, client.Stop):
                    self._held.alarm(action.code)
                    return Report((), action.code)
                self._follow(self._tried(action))
        return Report(("unfinished",))

    def _follow(self, after: Contact) -> None:
        """New alarms are kept."""
        for code in after.alarms[len(self._contact.alarms) :]:
            self._held.alarm(code)
        self._contact = after

    def _tried(self, action: Action) -> Contact:
        try:
            return self._done(action)
        except RefusedError as error:
            if error.code == "no_session" and not isinstance(action, client.SignIn):
                return contact.session_ended(self._contact)
            if error.code == "revoked":
                return contact.told_revoked(self._contact)
            raise

    def _done(self, action: Action) -> Contact:
        now = self._contact
        match action:
            case client.SignIn():
                return self._sign_in()
            case client.AskHeads():
                return self._ask_heads()
            case client.FetchEntries(after=after):
                return self._directory.fetch_entries(now, after)
            case client.FetchChain():
                return self._directory.fetch_chain(now)
            case client.TakeEntries():
                return self._directory.take_entries(now)
            case client.FetchStatements(circle=circle):
                return self._directory.fetch_statements(now, circle)
            case client.HandBackEntries(after=after):
                return self._directory.hand_back_entries(now, after)
            case client.Renew(circles=circles):
                return self._directory.renew(now, circles)
            case client.Pull(after=after, backfill=backfill):
                return self._log.pull(now, after, backfill)
            case client.TakeRuns():
                return self._log.take_runs(now)
            case client.HandBackRuns():
                return self._log.hand_back_runs(now)
            case client.Push(runs=runs):
                return self._log.push(now, runs)
            case _:
                self._chains.do(action)
                return now

    def _sign_in(self) -> Contact:
        try:
            self._server.sign_in(self._held.signing)
        except RefusedError as error:
            if error.code in _NOT_KNOWN and self._held.is_enrolled:
                return contact.not_known(self._contact)
            raise
        return contact.signed_in(self._contact)

    def _ask_heads(self) -> Contact:
        ends = self._server.heads()
        for end in ends:
            self._chains.join(end.circle, (end.sequence, end.id))
        heads = {end.circle.hex(): Tip(end.sequence, end.id.hex()) for end in ends}
        return contact.heads_came(self._contact, heads)
