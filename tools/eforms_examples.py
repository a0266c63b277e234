"""Write the example notices of xml/eforms/examples/ anew; a test fails when they are outdated.

python -m tools.eforms_examples
"""

from tests.factories.eforms_examples import examples
from vergabe.resources import folder


def main() -> None:
    place = folder("xml") / "eforms" / "examples"
    place.mkdir(parents=True, exist_ok=True)
    made = examples()
    for name, content in made.items():
        (place / f"{name}.xml").write_bytes(content)
    for path in place.glob("*.xml"):
        if path.stem not in made:
            path.unlink()


if __name__ == "__main__":
    main()
