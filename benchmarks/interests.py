"""Subscriptions of suppliers by the hundred thousand, of which always as many fit one notice."""

from typing import Any, Final

from sqlalchemy import Engine, text

FITTING: Final = 50
KEYWORDS: Final = 4_000
"""Different ones that all suppliers together have: what there is to trade in does not grow."""
NOTICE: Final[dict[str, Any]] = {
    "cpv_codes": ["34144210"],
    "nuts_codes": ["DEA26"],
    "text": "Lieferung eines Hilfeleistungslöschgruppenfahrzeugs mit Beladung stichwort0007",
    "nature": "supplies",
    "value_net_cents": 45_000_000,
}
# Codes of works and services: none lies within the notice's own, nor it within one of them.
_STATEMENTS: Final = (
    """
    INSERT INTO organisation (id, kind, name, email, created_at)
    SELECT md5('firm' || n)::uuid, 'supplier', 'Firma ' || n, 'firma' || n || '@example.org', now()
    FROM generate_series(1, :rows) AS n
    """,
    """
    INSERT INTO supplier_profile
      (organisation_id, cpv_prefixes, nuts_prefixes, keywords, natures, value_from_net_cents,
       updated_at, version)
    SELECT md5('firm' || n)::uuid, '[]', '[]', '[]',
      CASE n % 3 WHEN 0 THEN 'services' ELSE '' END,
      CASE n % 5 WHEN 0 THEN 100000000 END, now(), 1
    FROM generate_series(1, :rows) AS n
    """,
    """
    INSERT INTO profile_interest (kind, term, region, organisation_id)
    SELECT 'cpv', CASE WHEN n <= :fitting THEN '34144' ELSE (45000000 + n % 40000000)::text END,
      CASE WHEN n <= :fitting THEN 'DEA' ELSE 'DE' || (n % 9 + 1) || (n % 5 + 1) END,
      md5('firm' || n)::uuid
    FROM generate_series(1, :rows) AS n
    """,
    """
    INSERT INTO profile_interest (kind, term, region, organisation_id)
    SELECT 'keyword', 'fachwort' || lpad((n % :keywords)::text, 5, '0'), '', md5('firm' || n)::uuid
    FROM generate_series(1, :rows, 4) AS n
    """,
    """
    INSERT INTO known_keyword (word)
    SELECT 'fachwort' || lpad(n::text, 5, '0') FROM generate_series(0, :keywords - 1) AS n
    """,
)


def fill(engine: Engine, rows: int) -> None:
    """Enter so many suppliers with a subscription each; `FITTING` of them fit `NOTICE`."""
    values = {"rows": rows, "fitting": FITTING, "keywords": KEYWORDS}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in _STATEMENTS:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), named)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in ("organisation", "supplier_profile", "profile_interest", "known_keyword"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))
