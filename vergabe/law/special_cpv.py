"""CPV codes to which law ties something: social services, vehicles that have to be clean.

Codes have eight digits, without check digit.
"""

from typing import Final

# Annex XIV of Directive 2014/24/EU: first and last code of each range, in the order of the annex.
_SOCIAL: Final[tuple[tuple[str, str], ...]] = (
    ("75200000", "75231000"),
    ("75231100", "75231100"),
    ("75231200", "75231240"),
    ("79611000", "79611000"),
    ("79622000", "79622000"),
    ("79624000", "79625000"),
    ("85000000", "85323000"),
    ("98133000", "98133110"),
    ("98200000", "98200000"),
    ("98500000", "98500000"),
    ("98513000", "98514000"),
    ("75000000", "75000000"),
    ("75100000", "75131000"),
    ("79995000", "79995200"),
    ("80000000", "80660000"),
    ("92000000", "92700000"),
    ("79950000", "79956000"),
    ("75300000", "75340000"),
    ("98000000", "98000000"),
    ("98120000", "98120000"),
    ("98130000", "98132000"),
    ("55100000", "55410000"),
    ("55510000", "55512000"),
    ("55520000", "55524000"),
    ("79100000", "79140000"),
    ("75240000", "75252000"),
    ("79430000", "79430000"),
    ("98113100", "98113100"),
    ("79700000", "79723000"),
    ("98900000", "98910000"),
    ("64000000", "64000000"),
    ("64100000", "64100000"),
    ("64110000", "64116000"),
    ("64122000", "64122000"),
    ("50116510", "50116510"),
    ("71550000", "71550000"),
)
# Groups of vehicles, and the services of table 1 of the annex of Directive 2009/33/EC.
_VEHICLES: Final = ("3411", "3412", "3413", "3414")
_VEHICLE_SERVICES: Final = (
    "60112000",
    "60130000",
    "60140000",
    "60160000",
    "60161000",
    "64121100",
    "64121200",
    "90511000",
)
# Fire engines, ambulances and other vehicles of special construction.
_EXEMPT: Final = ("341141", "341142", "34144200", "3414421")


def is_social_service(cpv: str) -> bool:
    """Return whether a service is social or another special one (§ 130 GWB, Annex XIV)."""
    return any(first <= cpv <= last for first, last in _SOCIAL)


def may_be_clean_vehicle(cpv: str) -> bool:
    """Return whether the clean vehicles law may apply, so that somebody has to be asked.

    Law: §§ 2, 3 SaubFahrzeugBeschG, Directive 2009/33/EC.
    """
    return cpv.startswith(_VEHICLES) or cpv in _VEHICLE_SERVICES


def is_exempt_vehicle(cpv: str) -> bool:
    """Return whether the CPV alone points to an exempt vehicle (fire brigade, rescue service).

    Law: § 4 SaubFahrzeugBeschG; a person confirms it.
    """
    return cpv.startswith(_EXEMPT)
