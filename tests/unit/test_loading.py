"""Loading without looking for garbage: afterwards all is as it was, and what was made is old."""

import subprocess
import sys

import pytest

OLD_AT_ONCE = """
with loading.without_collecting():
    assert not gc.isenabled()
    made = [[number] for number in range(10_000)]
assert gc.isenabled()
young, old = ({id(each) for each in gc.get_objects(generation=g)} for g in (0, 2))
assert young.isdisjoint(map(id, made))
assert old.issuperset(map(id, made))
"""
FROZEN_STAYS_FROZEN = """
gc.freeze()
frozen = gc.get_freeze_count()
with loading.without_collecting():
    pass
assert gc.get_freeze_count() == frozen > 0
"""
OFF_STAYS_OFF = """
gc.disable()
with loading.without_collecting():
    pass
assert not gc.isenabled()
"""


# In processes of their own: the collector of the tests is set for them.
@pytest.mark.parametrize("story", [OLD_AT_ONCE, FROZEN_STAYS_FROZEN, OFF_STAYS_OFF])
def test_collector_is_as_it_was_and_what_was_made_is_old(story: str) -> None:
    program = f"import gc\nfrom vergabe import loading\n{story}"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
