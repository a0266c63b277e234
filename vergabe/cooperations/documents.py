"""Documents of resolutions and mandates; what they must obey is the same everywhere."""

from vergabe.files.documents import LIMIT_MEGABYTES, SUFFIXES, Upload, keep

__all__ = ["LIMIT_MEGABYTES", "SUFFIXES", "Upload", "keep"]
