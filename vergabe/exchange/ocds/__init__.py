"""Open Contracting Data Standard 1.1: releases and records of joint tenders.

`parts`, `results` and `release` are plain data, `writing` makes JSON values of them, `packages` the
files that leave the house, `merging` one record of all releases, `extension` our own extension.
"""
