"""The names of `hrworkbook.ooxml` that this room reads packages by."""

from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import (
    AREA_MAX,
    CACHED_BYTES,
    CELLS_MAX,
    ENTRIES_MAX,
    FILE_MAX,
    MB,
    PART_MAX,
    PLAIN_WORKBOOK_REMEDY,
    RATIO_FROM,
    RATIO_MAX,
    RESAVE_REMEDY,
    ROWS_MAX,
    TOTAL_MAX,
    refuse_package,
)
from hrworkbook.ooxml.zip_directory import ZipEntry
from hrworkbook.ooxml.zip_writing import rebuild_package

__all__ = [
    "AREA_MAX", "CACHED_BYTES", "CELLS_MAX", "ENTRIES_MAX", "FILE_MAX", "MB", "PART_MAX", "PLAIN_WORKBOOK_REMEDY",
    "RATIO_FROM", "RATIO_MAX", "RESAVE_REMEDY", "ROWS_MAX", "TOTAL_MAX", "CheckedPackage", "ZipEntry",
    "rebuild_package", "refuse_package",
]  # fmt: skip
