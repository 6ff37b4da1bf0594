"""The list of what is inside is whole, true and the same each time."""

import json
import re
import subprocess
import sys

import tree

from deploy import inventory

LICENCES = (tree.ROOT / "docs/licences.md").read_text(encoding="utf-8")


def test_the_bill_of_materials_names_every_locked_package_with_its_hashes():
    bill = inventory.sbom()
    named = {(one["name"], one["version"]) for one in bill["components"]}
    assert named == {(one.name, one.version) for one in inventory.locked()}
    lock = (tree.ROOT / "requirements.lock").read_text(encoding="utf-8")
    told = [
        each["value"]
        for one in bill["components"]
        for each in one["properties"]
        if each["name"] == "dodomu:sha256"
    ]
    assert sorted(told) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock))


def test_the_bill_has_what_cyclonedx_asks_for():
    bill = inventory.sbom()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"]
    )
    refs = [one["bom-ref"] for one in bill["components"]]
    assert len(refs) == len(set(refs))
    assert set(bill["dependencies"][0]["dependsOn"]) <= set(refs)
    assert all(one["purl"].startswith("pkg:pypi/") for one in bill["components"])


def test_the_same_lock_gives_the_same_bill():
    assert json.dumps(inventory.sbom()) == json.dumps(inventory.sbom())


def test_what_only_development_needs_is_told_apart():
    needed = inventory.needed()
    assert {"aiogram", "asyncpg", "greenlet", "httpx", "prometheus-client", "uvloop"} <= needed
    assert needed & {"pytest", "mypy", "ruff", "playwright", "moto", "hatchling", "flask"} == set()


def test_the_licences_are_those_of_the_lock_and_of_what_is_installed():
    told = dict(re.findall(r"^\| `([\w.-]+)` \| (.+) \|$", LICENCES, re.MULTILINE))
    right = {
        re.match(r"\| `([\w.-]+)`", row)[1]: re.fullmatch(r"\| `[\w.-]+` \| (.+) \|", row)[1]
        for row in inventory.rows()
    }
    assert told.keys() == right.keys(), "make licences"
    elsewhere = {name for name, said in {**told, **right}.items() if "only where" in said}
    differ = {name for name in told if told[name] != right[name] and name not in elsewhere}
    assert differ == set(), "make licences"


BARE = """
import importlib, pkgutil, sys
from importlib.metadata import packages_distributions
from deploy import inventory

gone = inventory.installed().keys() - inventory.needed() - {"dodomu"}
owners = {name: {inventory.plain(one) for one in owned} for name, owned in packages_distributions().items()}
shut = {name for name, owned in owners.items() if owned <= gone}


class Shut:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in shut:
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)


sys.meta_path.insert(0, Shut())
count = 0
for house in sys.argv[1:]:
    package = importlib.import_module(house)
    for found in pkgutil.walk_packages(package.__path__, house + "."):
        if found.name.rpartition(".")[2] != "__main__" and found.name != "flows.places.build":
            importlib.import_module(found.name)
            count += 1
print(count, "pytest" in shut, "moto" in shut)
"""


def test_the_program_runs_without_what_the_image_leaves_out():
    houses = [name for name in tree.PACKAGES if name != "migrations"]
    done = subprocess.run(
        [sys.executable, "-c", BARE, *houses],
        cwd=tree.ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    count, *shut = done.stdout.split()
    assert int(count) > 200
    assert shut == ["True", "True"], "it was really shut"
