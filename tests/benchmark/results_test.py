"""What tools/bench writes of its figures."""

import pathlib
import sys
import types
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "benchmark"))

import charts
import results
from scenarios import Scenario

SCENARIO = Scenario("acks", "Writers & readers", (), "acknowledged", "operations/s",
                    detail="of <2> documents")
CONTESTANTS = [types.SimpleNamespace(name="cowrite", title="cowrite, durable"),
               types.SimpleNamespace(name="sharedb", title="ShareDB")]
SURROUNDINGS = results.Surroundings("2026-11-27", "tools/bench", "a machine", (0.2, 1.5), None)


def measured(rate, p99_ms):
    return types.SimpleNamespace(rate=rate, p99_ms=p99_ms)


def table(worst):
    medians = {"acks": {"cowrite": measured(3000.0, 4.04), "sharedb": measured(2000.0, 123.4)}}
    return results.comparison_table([SCENARIO], CONTESTANTS, medians, SURROUNDINGS, worst)


class TheTable(unittest.TestCase):
    def test_has_rates_latencies_and_the_ratio_of_the_rates(self):
        row = table(0.0).splitlines()[2]
        self.assertEqual(row, "| Writers & readers of <2> documents "
                              "| 3,000 operations/s<br>p99 4.0 ms "
                              "| 2,000 operations/s<br>p99 123 ms | 1.50 |")

    def test_says_how_disturbed_the_machine_was(self):
        self.assertIn("The machine was quiet: at most 0.10 cores", table(0.1))
        self.assertIn("The machine was disturbed: up to 0.40 cores", table(0.4))

    def test_says_the_date_the_command_and_the_times_of_a_sync(self):
        self.assertIn("2026-11-27, `tools/bench`, on a machine. A sync of the disk took 0.20 ms "
                      "(p50) and 1.50 ms (p99).", table(0.0))


class TheTableOfAttacks(unittest.TestCase):
    def test_has_what_each_cost_and_what_the_innocent_met(self):
        found = {"attack": "replies that nobody reads", "peakBytes": 300 * 2**20,
                 "longestTurn": 0.0123, "ackP99Ms": 4.04, "ackMaxMs": 9.0, "syncP99Ms": 1.5, "openP99Ms": None,
                 "sigtermMs": 3050.2}
        files = results.attacks_files([found], SURROUNDINGS, 0.0)
        self.assertEqual(files["attacks.md"].splitlines()[2],
                         "| replies that nobody reads | 300 MiB | 12.3 ms | 4.0 ms | 9.0 ms | 1.5 ms "
                         "| none | 3,050 ms |")


class TheChart(unittest.TestCase):
    def test_is_xml_with_bars_to_the_scale_of_their_group(self):
        drawn = charts.bars("A & B", "a note", ["one", "two"],
                            [("<label>", "op/s", [10.0, 5.0], ["10", "5"]),
                             ("another", "op/s", [None, 1000.0], ["", "1,000"])])
        root = xml.fromstring(drawn)
        bars = [element for element in root.iter("{http://www.w3.org/2000/svg}rect")
                if element.get("height") == str(charts.BAR)]
        whole, half, alone = (int(bar.get("width")) for bar in bars)
        self.assertEqual(half, whole // 2)
        self.assertEqual(alone, whole)
        self.assertIn("<label>", [element.text for element in root.iter()])


unittest.main()
