"""One JSON object a line on standard output: ids, sizes, times, codes; never a key, a cookie, a body or a message."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from server.problems import where


class JsonFormatter(logging.Formatter):
    """`extra={"fields": {…}}` become members of the line. Of an exception, its class and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage() if record.name == "engawa" else record.name,
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line |= {"error": record.exc_info[1].__class__.__name__, "at": where(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def configure(stream: TextIO = sys.stdout, level: int = logging.INFO) -> None:
    """Everything any library logs goes through the same narrow gate: of theirs, only who spoke and how loud."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("engawa").setLevel(level)
