"""The start screen: protocol, device, port, operator and patient; the only one with text fields."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from nmes.link.messages import AskCatalogue, Catalogue, DevicesFound, LookForDevices, Prepare
from tui import texts
from tui.drawing import start as drawing
from tui.lines import Line, fit_line, line
from tui.screens.base import NmesScreen
from tui.widgets.choice_list import ChoiceList

_REFUSED_HERE = ("prepare", "ask_screening", "look_for_devices")
_REASONS_LINES = 4
_FIELDS_LINES = 17
"""What the title, the fields and the last two lines need."""
_ORDER = ("protocol", "device", "port", "operator", "patient")


def _field(name: str, hint: str) -> Input:
    return Input(id=name, placeholder=hint, compact=True, max_length=40, select_on_focus=False)


class StartScreen(NmesScreen):
    """Shown only while nothing is armed, so that a text field may take letters."""

    def __init__(self) -> None:
        super().__init__()
        self._lists = {name: ChoiceList(id=name) for name in ("protocol", "device", "port")}
        hints = {"operator": texts.OPERATOR_HINT, "patient": texts.PATIENT_HINT}
        self._fields = {name: _field(name, hint) for name, hint in hints.items()}
        self._missing: tuple[str, ...] = ()
        self._offered: object = None
        self._followed: DevicesFound | None = None
        self._before: Catalogue | None = None
        """What was offered when F5 was pressed."""

    def compose_body(self) -> ComposeResult:
        """Lay out lists and fields."""
        yield self.panel("title")
        with Horizontal(id="fields"):
            with Vertical(id="left"):
                yield self.panel("label-protocol")
                yield self._lists["protocol"]
            with Vertical(id="right"):
                for name in ("device", "port"):
                    yield self.panel(f"label-{name}")
                    yield self._lists[name]
                for name in ("operator", "patient"):
                    yield self.panel(f"label-{name}")
                    yield self._fields[name]
        for name in ("goal", "session", "reasons"):
            yield self.panel(name)

    def on_mount(self) -> None:
        """Begin at the protocols."""
        self._lists["protocol"].focus()

    # Drawing ---------------------------------------------------------------------------------

    def draw(self, size: Size) -> None:
        """Draw what is offered and what is said about it."""
        width, height = size
        self._offer()
        self._follow_found()
        title = line((f" {texts.PROGRAM}", "bold"), f"   {texts.START_TITLE}")
        self.panel("title").show([fit_line(title, width)])
        for name, text in (
            ("protocol", texts.LABEL_PROTOCOL),
            ("device", texts.LABEL_DEVICE),
            ("port", texts.LABEL_PORT),
            ("operator", texts.LABEL_OPERATOR),
            ("patient", texts.LABEL_PATIENT),
        ):
            style = "bold" if self._widget(name).has_focus else "dim"
            mark = ">" if style == "bold" else " "
            place = self._lists[name].place if name in self._lists else ""
            label = line((f"{mark}{text}", style), (f"  {place}", "dim"))
            self.panel(f"label-{name}").show([label])
        catalogue = self.host.situation.catalogue
        goal = drawing.goal_lines(catalogue, self._lists["protocol"].value, width)
        self.panel("goal").show(goal)
        self.panel("session").show([line(f" {self._about_patient()}")])
        self._show_reasons(width, height)

    def _show_reasons(self, width: int, height: int) -> None:
        """Show why not, and whole: what is only good to know gives way to it."""
        reasons, room = self._reasons(width), height - _FIELDS_LINES
        self.set_class(len(reasons) > _REASONS_LINES, "-long")
        if len(reasons) > room:
            protocol = self._lists["protocol"].value or ""
            reasons[room - 1 :] = [line(f"   {texts.MORE_REASONS.format(protocol=protocol)}")]
        padding = [line()] * (_REASONS_LINES - len(reasons))
        self.panel("reasons").show_whole([*reasons, *padding])

    def _offer(self) -> None:
        catalogue = self.host.situation.catalogue
        simulated = drawing.is_simulated(catalogue, self._lists["device"].value)
        protocols, devices = self._lists["protocol"], self._lists["device"]
        width = devices.size.width  # of the ports, too
        found = self.host.situation.found
        offered = (catalogue, found, simulated, protocols.size.width, width)
        if offered == self._offered:
            return
        self._offered = offered
        waiting = texts.WAITING_FOR_ENGINE
        protocols.offer(drawing.protocol_options(catalogue, protocols.size.width), waiting)
        devices.offer(drawing.device_options(catalogue, width), waiting)
        simulated = drawing.is_simulated(catalogue, devices.value)
        hint = texts.PORT_NOT_NEEDED if simulated else texts.PORT_NONE
        ports = [] if simulated else drawing.port_options(catalogue, found, devices.value, width)
        self._lists["port"].offer(ports, hint)
        self._lists["port"].can_focus = bool(ports)

    def _follow_found(self) -> None:
        """Choose what answered, once, if it was the only one."""
        found = self.host.situation.found
        if found is None or found is self._followed:
            return
        self._followed = found
        if len(found.found) == 1:
            (only,) = found.found
            self._lists["device"].choose(only.device)
            self._offer()
            self._lists["port"].choose(only.port)

    def _widget(self, name: str) -> Widget:
        return self._lists[name] if name in self._lists else self._fields[name]

    def _typed(self, name: str) -> str:
        return self._fields[name].value.strip()

    def _about_patient(self) -> str:
        patient = self._typed("patient")
        if patient.lower() == texts.BENCH:
            return texts.BENCH_MEANS
        host = self.host
        return drawing.last_session_text(host.situation.sessions, patient, host.zone)

    def _reasons(self, width: int) -> list[Line]:
        if self._missing:
            return drawing.refusal_lines(self._missing, width)
        refusal = self.host.situation.refusal
        if refusal is not None and refusal.intent in _REFUSED_HERE:
            return drawing.refusal_lines(refusal.reasons, width)
        if self.host.situation.asked is not None:
            return [line(f" {texts.ASKED_PREPARE}")]
        catalogue, before = self.host.situation.catalogue, self._before
        if catalogue is not None and before is not None and catalogue is not before:
            return drawing.listed_lines(catalogue, width)
        return drawing.search_lines(self.host.situation, width)

    def keys_text(self) -> str:
        """Return the keys that mean something here."""
        return texts.START_KEYS

    # Keys ------------------------------------------------------------------------------------

    def press(self, key: str) -> bool:
        """Look again for ports and protocols with F5, and with F6 for who is there."""
        if key not in ("f5", "f6"):
            return False
        self.host.send(AskCatalogue())
        self._before = self.host.situation.catalogue if key == "f5" else None
        if key == "f6":
            self._missing = ()
            self.host.situation.look()
            self.host.send(LookForDevices())
        self.redraw()
        return True

    def on_descendant_focus(self) -> None:
        """Show where the keys go."""
        self.redraw()

    def on_choice_list_moved(self) -> None:
        """Show what belongs to the marked line."""
        self._offered = None
        self.redraw()

    def on_input_changed(self) -> None:
        """Show what is known of the person typed."""
        self.redraw()

    def on_choice_list_accepted(self) -> None:
        """Go to the next field."""
        self._accept()

    def on_input_submitted(self) -> None:
        """Go to the next field; after the last one ask for the plan."""
        self._accept()

    def _accept(self) -> None:
        focused = self.focused.id if self.focused is not None else None
        later = _ORDER[_ORDER.index(focused) + 1 :] if focused in _ORDER else _ORDER
        if self._lists["device"].value and not self._lists["port"].value:
            later = tuple(name for name in later if name != "port")
        if later:
            self._widget(later[0]).focus()
        else:
            self._prepare()

    def _prepare(self) -> None:
        self._missing = self._what_is_missing()
        if not self._missing:
            self.host.prepare(self._asked())
        self.redraw()

    def _what_is_missing(self) -> tuple[str, ...]:
        catalogue = self.host.situation.catalogue
        simulated = drawing.is_simulated(catalogue, self._lists["device"].value)
        missing = {
            texts.MISSING_PROTOCOL: self._lists["protocol"].value is None,
            texts.MISSING_PORT: not simulated and self._lists["port"].value is None,
            texts.MISSING_OPERATOR: not self._typed("operator"),
            texts.MISSING_PATIENT: not self._typed("patient"),
        }
        return tuple(text for text, is_missing in missing.items() if is_missing)

    def _asked(self) -> Prepare:
        patient = self._typed("patient")
        is_bench = patient.lower() == texts.BENCH
        return Prepare(
            protocol=self._lists["protocol"].value or "",
            device=self._lists["device"].value or "",
            port=self._lists["port"].value,
            operator=self._typed("operator"),
            patient=texts.BENCH if is_bench else patient,
            is_bench=is_bench,
            sides={},
        )
