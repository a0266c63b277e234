"""Write `schemas/api/openapi.json` from the code; `--check` only says whether it is current."""

import json
import sys
import tempfile
from pathlib import Path

from vergabe.app import create_app
from vergabe.settings import Settings

TARGET = Path(__file__).resolve().parents[1] / "schemas" / "api" / "openapi.json"


def current() -> str:
    """Return the API's description as the code gives it."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(
                data=Path(folder),
                database_url=f"sqlite:///{folder}/openapi.sqlite",
                files=f"{folder}/files",
                base_url="http://localhost",
                secret_key="only-to-print-the-description-" + "x" * 20,
                is_testing=True,
            )
        )
        answer = app.test_client().get("/api/v1/openapi.json").get_json()
    return json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    text = current()
    if "--check" in sys.argv:
        return 0 if TARGET.is_file() and TARGET.read_text() == text else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
