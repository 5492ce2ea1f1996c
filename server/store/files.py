"""Blobs as files: `<directory>/<centre>/<first byte of the id>/<id>`, in hex. Whether one is whole, its row says."""

import os
from pathlib import Path

FOLDER = "blobs"


class BlobDirectory:
    """`protocol.BlobFiles` on disk."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, centre: bytes, blob: bytes) -> Path:
        return self._directory / centre.hex() / blob[:1].hex() / blob.hex()

    def write(self, centre: bytes, blob: bytes, offset: int, data: bytes) -> None:
        """Put a piece at its place and whatever lay behind it away."""
        path = self.path(centre, blob)
        is_new = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb" if is_new else "r+b") as file:
            file.seek(offset)
            file.write(data)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folders(path.parent, self._directory.parent)

    def read(self, centre: bytes, blob: bytes, start: int, stop: int) -> bytes:
        """Bytes from start up to stop; fewer when the file is shorter. Raises FileNotFoundError."""
        with self.path(centre, blob).open("rb") as file:
            file.seek(start)
            return file.read(stop - start)

    def drop(self, centre: bytes, blob: bytes) -> None:
        self.path(centre, blob).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """The names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folders(folder: Path, top: Path) -> None:
    """A new file is on disk when the folders that name it are."""
    sync_folder(folder)
    if folder != top:
        _sync_folders(folder.parent, top)
