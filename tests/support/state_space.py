"""Breadth-first search over everything that can happen to a session and its gate.

Two moments are the same state if their keys are equal (`support.state_key`). Of each state the
first moment found is kept until all its events were tried; parents are kept for good, so that a
violation can be told by the shortest path that leads to it.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support import state_rules as rules
from support.state_events import EVENTS, happen, possible
from support.state_key import Key, key_of
from support.state_model import Model
from support.state_world import Memento, World

NAMES = tuple(EVENTS)
NUMBERS = {name: number for number, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that does not hold, and the shortest path to it."""

    rule: str
    detail: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail}\nafter: {' > '.join(self.path)}"


@dataclass(slots=True)
class Graph:
    """What a search has found. State 0 is the root; edges are in the order of their sources."""

    keys: dict[Key, int] = field(default_factory=dict)
    parents: array[int] = field(default_factory=lambda: array("l", [-1]))
    labels: array[int] = field(default_factory=lambda: array("l", [-1]))
    sources: array[int] = field(default_factory=lambda: array("l"))
    events: array[int] = field(default_factory=lambda: array("l"))
    targets: array[int] = field(default_factory=lambda: array("l"))
    closed: list[int] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    compared: int = 0
    longest_us: int = 0

    @property
    def states(self) -> int:
        return len(self.keys)

    @property
    def transitions(self) -> int:
        return len(self.targets)

    def path(self, state: int) -> tuple[str, ...]:
        """Return the events of a shortest path from the root."""
        backwards = []
        while state > 0:
            backwards.append(NAMES[self.labels[state]])
            state = self.parents[state]
        return tuple(reversed(backwards))

    def broken(self, rule: str) -> list[Violation]:
        """Return what was found against a rule, shortest path first."""
        return [found for found in self.violations if found.rule == rule]

    def closing(self) -> set[str]:
        """Return the events that lead to the end."""
        edges = zip(self.events, self.targets, strict=True)
        return {NAMES[event] for event, target in edges if target in self.closed}

    def reaching(self, goals: list[int], by: frozenset[str]) -> set[int]:
        """Return the states from which a goal can be reached by these events alone."""
        allowed = {NUMBERS[name] for name in by}
        before: dict[int, list[int]] = {}
        for source, event, target in zip(self.sources, self.events, self.targets, strict=True):
            if event in allowed:
                before.setdefault(target, []).append(source)
        reached, waiting = set(goals), list(goals)
        while waiting:
            for source in before.get(waiting.pop(), ()):
                if source not in reached:
                    reached.add(source)
                    waiting.append(source)
        return reached


def explore(
    model: Model, folder: Path, *, compare_every: int = 0, until_broken: str | None = None
) -> Graph:
    """Search all that can happen, or until this rule is found broken.

    With `compare_every` of n, every n-th moment that was found to be a known state is searched on
    as well: it must lead where the one kept leads.
    """
    return _Search(model, folder, compare_every).run(until_broken)


class _Search:
    def __init__(self, model: Model, folder: Path, compare_every: int) -> None:
        self._world = World(model, folder)
        self._graph = Graph()
        self._compare_every = compare_every
        self._known = 0
        self._others: list[tuple[int, tuple[str, ...], dict[str, Key | None]]] = []

    def run(self, until_broken: str | None) -> Graph:
        world, graph = self._world, self._graph
        graph.keys[key_of(world)] = 0
        waiting: deque[tuple[int, Memento]] = deque([(0, world.memento())])
        while waiting:
            state, moment = waiting.popleft()
            for found in self._expand(state, moment):
                waiting.append(found)
            if until_broken is not None and graph.broken(until_broken):
                return graph
        self._compare()
        return graph

    def _expand(self, state: int, moment: Memento) -> Iterator[tuple[int, Memento]]:
        world, graph = self._world, self._graph
        world.restore(moment)
        for name in possible(world):
            key = self._after(moment, name, state)
            if key is None:
                continue
            graph.longest_us = max(graph.longest_us, world.age_us)
            target = graph.keys.get(key)
            is_new = target is None
            if target is None:
                target = graph.keys[key] = len(graph.keys)
                graph.parents.append(state)
                graph.labels.append(NUMBERS[name])
            graph.sources.append(state)
            graph.events.append(NUMBERS[name])
            graph.targets.append(target)
            if is_new and world.is_closed:
                graph.closed.append(target)
            elif is_new:
                yield target, world.memento()
            else:
                self._look_at_other(target, state, name)

    def _after(self, moment: Memento, name: str, state: int) -> Key | None:
        """Return the key after an event; None if that broke a rule."""
        world, graph = self._world, self._graph
        world.restore(moment)
        try:
            happen(world, name)
        except rules.Violated as violated:
            rule, detail = violated.rule, str(violated)
        except Exception as error:  # noqa: BLE001 what the product must not raise is what is sought
            rule, detail = rules.FORESEEN, f"{type(error).__name__}: {error}"
        else:
            return key_of(world)
        path = (*graph.path(state), name)
        graph.violations.append(Violation(rule=rule, detail=detail, path=path))
        return None

    # Whether the key says enough ------------------------------------------------------------------

    def _look_at_other(self, target: int, state: int, name: str) -> None:
        self._known += 1
        if not self._compare_every or self._known % self._compare_every or self._world.is_closed:
            return
        world = self._world
        moment = world.memento()
        leads = {event: self._after(moment, event, target) for event in possible(world)}
        world.restore(moment)
        self._others.append((target, (*self._graph.path(state), name), leads))

    def _compare(self) -> None:
        """Hold where the other moments of a state led against where the one kept led."""
        graph = self._graph
        followed: dict[int, dict[str, int]] = {target: {} for target, _, _ in self._others}
        for source, event, target in zip(graph.sources, graph.events, graph.targets, strict=True):
            if source in followed:
                followed[source][NAMES[event]] = target
        for state, path, leads in self._others:
            graph.compared += 1
            other = {event: graph.keys.get(key, -1) for event, key in leads.items() if key}
            if other != followed[state]:
                events = [e for e in leads if other.get(e) != followed[state].get(e)]
                there, here = " > ".join(path), " > ".join(graph.path(state))
                graph.disagreements.append(f"{events}\n  after: {there}\n  kept:  {here}")
