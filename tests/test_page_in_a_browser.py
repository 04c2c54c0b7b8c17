"""The HTML page in a real browser. Skipped where none is installed; .ci/run installs one where it can."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import lossdoc
from lossdoc.model.finding import Finding, Sign, SignName
from tests import report_maker as made
from tests.test_outputs_machines import EVIL, write

sync = pytest.importorskip("playwright.sync_api")
BROWSER = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no browser is installed")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync.sync_playwright() as player:
        opened = player.chromium.launch(executable_path=BROWSER, args=SWITCHES)
        yield opened
        opened.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a page and holds everything against it that a browser complains of or asks the network for."""
    complaints: list[str] = []

    def opened(text: str, **context: Any) -> Any:
        file = tmp_path / "page.html"
        file.write_text(text)
        page = browser.new_page(**context)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: complaints.extend([] if request.url.startswith("file:") else [request.url]))
        page.goto(file.as_uri())
        return page

    yield opened
    assert complaints == []


def scale(page: Any) -> list[float]:
    """The ends of the first chart's horizontal axis, as its legend at both edges of the plot tells them."""
    box = page.locator(".u-over").first.bounding_box()
    found = []
    for x in (box["x"] + 1, box["x"] + box["width"] - 1):
        page.mouse.move(x, box["y"] + 5)
        found.append(float(page.locator(".u-legend .u-value").first.inner_text()))
    return found


def test_charts_zoom_by_mouse_and_key_and_findings_stand_in_them(show: Any) -> None:
    page = show(write("html", made.displacement()), viewport={"width": 1200, "height": 2000})
    assert page.locator(".live canvas").count() == page.locator(".live").count() > 0
    assert page.locator(".live a", has_text="likelihood-displacement").first.is_visible()
    assert not page.locator(".still svg").first.is_visible()
    whole = scale(page)
    box = page.locator(".u-over").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    page.mouse.up()
    part = scale(page)
    assert whole[0] < part[0] < part[1] < whole[1]
    chart = page.locator(".plot").first
    chart.focus()
    page.keyboard.press("0")
    assert scale(page) == whole
    page.keyboard.press("+")
    assert scale(page)[1] < whole[1]
    page.locator("button.show").first.click()
    assert scale(page)[0] >= whole[0]


def test_a_finding_of_a_curve_by_epochs_is_marked_and_led_to(show: Any) -> None:
    curves = [made.curve("loss", [3.0, 2.0, 1.0, 2.0, 3.0], axis="epoch", split="eval")]
    finding = Finding("overfitting", "warning", "high", "rises", "loss", "eval", first_step=3.0, last_step=5.0)
    page = show(write("html", made.report([finding], curves=curves)))
    assert page.locator(".live a", has_text="overfitting").is_visible()
    page.locator("td button.show").click()
    assert 1 < scale(page)[0] <= 3


def test_the_signs_stand_above_the_charts_and_lead_to_findings(show: Any) -> None:
    report = made.displacement()
    stable: dict[SignName, Sign] = {"stable": Sign("no", ("falls",), finding=report.roots[0].id)}
    page = show(
        write("html", replace(report, signs={**report.signs, **stable})), viewport={"width": 400, "height": 800}
    )
    sign = page.locator("table.bare a").first
    assert sign.bounding_box()["y"] < page.locator(".live").first.bounding_box()["y"]
    sign.click()
    assert page.evaluate("document.querySelector(':target').textContent").startswith("logps/chosen")


def test_charts_have_the_more_room_the_fewer_they_are(show: Any) -> None:
    curves = [made.curve(metric, np.linspace(1, 2, 30)) for metric in ("loss", "grad_norm")]
    page = show(write("html", made.report(curves=curves)), viewport={"width": 1200, "height": 800})
    both = page.locator(".live canvas").first.bounding_box()["width"]
    page.locator(".live .close").last.click()
    assert page.locator(".live canvas").bounding_box()["width"] > 1.8 * both
    page.locator(".names input:not(:checked)").check()
    assert page.locator(".live canvas").first.bounding_box()["width"] == pytest.approx(both, abs=2)


def test_every_curve_can_be_found_and_opened(show: Any) -> None:
    curves = [made.curve(f"metric_{n}", np.linspace(n, n + 1, 30)) for n in range(40)]
    page = show(write("html", made.report(curves=curves)))
    before = page.locator(".live").count()
    page.locator(".finder input[type=search]").fill("metric_33")
    assert page.locator(".names label:visible").count() == 1
    page.locator(".names label:visible").click()
    assert page.locator(".live").count() == before + 1
    assert "metric_33" in page.locator(".live").first.inner_text()


def test_a_curve_is_found_by_the_name_in_the_log_and_by_ours(show: Any) -> None:
    curves = [
        replace(made.curve(metric, [1.0, 2.0, 3.0], split=split), key=key)
        for metric, split, key in (
            ("loss", "train", "loss"),
            ("loss", "eval", "val_loss"),
            ("reward_margin", "train", "m/gap"),
        )
    ]
    page = show(write("html", made.report(curves=curves)))
    for words, found in (
        ("val_loss", "loss"),
        ("eval loss", "loss"),
        ("m/gap", "reward_margin"),
        ("margin", "reward_margin"),
    ):
        page.locator(".finder input[type=search]").fill(words)
        (label,) = page.locator(".names label:visible").all_inner_texts()
        assert label.split()[0] == found
    assert "m/gap" in label


def test_smoothing_axes_and_runs_over_each_other(show: Any) -> None:
    reports = [
        made.report(source=f"runs/{name}/train.log", curves=[made.curve("loss", 3 / np.arange(1.0, 60))])
        for name in "ab"
    ]
    page = show(write("html", *reports))
    page.locator(".toolbar input[type=checkbox]").check()
    assert "b train" in page.locator("#run0-live").inner_text().replace("–", "\n").split("\n")
    page.locator("input[type=range]").fill("0.9")
    assert "as logged" in page.locator("#run0-live").inner_text()
    page.locator(".toolbar select").first.select_option("true")
    assert "log scale" in page.locator("#run0-live").inner_text()


def test_nothing_of_a_log_runs_and_no_width_overflows(show: Any) -> None:
    curve = made.curve(EVIL, [1.0, np.nan, np.inf, 2.0], labels={"set": EVIL})
    script = "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)>" + "long" * 40
    curves = [curve, made.curve(script, [1.0, 2.0, 4.0])]
    text = write("html", made.report(source=script, curves=curves, notes=[made.note(script)]))
    for width in (400, 1200, 2400):
        page = show(text, viewport={"width": width, "height": 800})
        assert page.title() == "lossdoc: 1 run"
        assert page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_and_on_paper_the_drawings_are_there(show: Any) -> None:
    text = write("html", made.displacement())
    page = show(text, java_script_enabled=False)
    assert page.locator(".still svg").first.is_visible()
    page = show(text)
    page.emulate_media(media="print")
    assert page.locator(".still svg").first.is_visible()
    assert not page.locator(".live").first.is_visible()


def test_a_notebook_shows_it_in_a_frame_that_reaches_nothing(show: Any) -> None:
    rows = [{"step": n, "loss": 3 / (n + 1)} for n in range(40)]
    framed = lossdoc.check(rows)._repr_html_()
    page = show(f"<!doctype html><title>notebook</title>{framed}")
    inside = page.frames[1]
    inside.locator(".live canvas").first.wait_for()
    assert json.loads(inside.locator("#curves").inner_text())["runs"]


def test_in_a_notebook_the_words_stand_above_a_frame_that_is_dark_where_the_reader_is(show: Any) -> None:
    rows = [{"step": n, "loss": 3 / (n + 1) if n < 60 else float("nan")} for n in range(90)]
    grounds = set()
    for scheme in ("light", "dark"):
        page = show(f"<!doctype html><title>n</title>{lossdoc.check(rows)._repr_html_()}", color_scheme=scheme)
        told = page.locator("li").first
        assert "became NaN at step 60" in told.inner_text()
        assert told.bounding_box()["y"] < page.locator("iframe").bounding_box()["y"]
        inside = page.frames[1]
        inside.locator(".live canvas").first.wait_for()
        grounds.add(inside.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert inside.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert len(grounds) == 2
