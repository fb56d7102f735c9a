"""Tests of the page in a real browser, driven from its command line."""

import html
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from absl.testing import absltest
from absl.testing import parameterized

from tests.report import paged
from tests.report import samples

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless",
    "--no-sandbox",  # Root, as in a container, has none.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    # Neither the page nor the browser itself reaches the network: what they
    # ask for is in the log nonetheless.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SECONDS = 120  # A browser starts within a few; a busy machine takes longer.
# A phone's width; the browser's own window cannot be as narrow.
_PHONE = """<!doctype html>
<iframe width="390" height="800" srcdoc="{}"></iframe>
<script>
window.onload = () => {{
  const page = document.querySelector("iframe").contentDocument;
  page.querySelectorAll("details").forEach(details => details.open = true);
  document.title = page.documentElement.scrollWidth;
}};
</script>"""


class BrowserTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        found = filter(None, map(shutil.which, _BROWSERS))
        self.browser = next(found, None)
        if self.browser is None:
            self.skipTest(
                "Chromium is not installed (Debian: apt-get install chromium):"
                " the page is not rendered"
            )
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = pathlib.Path(self.enter_context(folder))

    def visit(self, page, *options):
        """Opens a page; returns the DOM and what the console was told."""
        path = self.folder / "page.html"
        path.write_text(page, "utf-8")
        done = subprocess.run(
            [
                self.browser,
                *_OPTIONS,
                f"--user-data-dir={self.folder / 'profile'}",
                f"--log-net-log={self.folder / 'net.json'}",
                *options,
                path.as_uri(),
            ],
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
        return done.stdout, re.findall(r"CONSOLE.*", done.stderr)

    def requests(self):
        """Addresses in the network that the visited page asked for."""
        log = json.loads((self.folder / "net.json").read_text("utf-8"))
        start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
        asked = [e["params"] for e in log["events"] if e["type"] == start]
        self.assertNotEmpty([p for p in asked if "url" in p])
        return [
            params["url"]
            for params in asked
            if re.match("https?:|wss?:", params.get("url", ""))
            # What no page asks for is the browser's own affair.
            and params.get("initiator") != "not an origin"
        ]

    @parameterized.named_parameters(
        ("full", samples.full),
        ("hostile", samples.hostile),
        ("pages", paged.full),
        ("hostile_pages", paged.hostile),
    )
    def test_is_silent_and_alone(self, make):
        dom, console = self.visit(make().to_html(), "--dump-dom")
        self.assertIn("</html>", dom)
        self.assertEqual(console, [])
        self.assertEqual(self.requests(), [])

    def test_a_page_that_asks_is_noticed(self):
        """Shows that the two checks above can fail."""
        spoiled = (
            "<img src='http://127.0.0.1:9/image.png'>"
            "<script>console.error('told')</script>"
        )
        _, console = self.visit(f"<!doctype html>{spoiled}", "--dump-dom")
        self.assertLen(console, 1)
        self.assertEqual(self.requests(), ["http://127.0.0.1:9/image.png"])

    def test_the_policy_forbids_what_would_slip_through(self):
        page = samples.full().to_html()
        spoiled = (
            "<img src='http://127.0.0.1:9/image.png'>"
            "<script>document.title = 'run'</script>"
        )
        page = page.replace("</body>", f"{spoiled}</body>")
        dom, console = self.visit(page, "--dump-dom")
        self.assertLen(console, 2)
        self.assertNotIn("<title>run", dom)
        self.assertEqual(self.requests(), [])

    def test_a_layer_named_like_a_script_stays_text(self):
        dom, _ = self.visit(samples.hostile().to_html(), "--dump-dom")
        self.assertNotIn("<script", dom)
        self.assertIn(html.escape(samples.SCRIPT, quote=False), dom)

    @parameterized.named_parameters(("dark", 0), ("light", 1))
    def test_is_painted_in_the_colours_of_the_system(self, scheme):
        from matplotlib import image

        path = self.folder / "page.png"
        self.visit(
            samples.full().to_html(),
            f"--screenshot={path}",
            "--window-size=800,1200",
            f"--blink-settings=preferredColorScheme={scheme}",
        )
        pixels = image.imread(path)[..., :3].reshape(-1, 3)
        corner, typical = pixels[0].mean(), pixels.mean()
        if scheme:
            self.assertGreater(min(corner, typical), 0.8)
        else:
            self.assertLess(max(corner, typical), 0.25)
        # Text, badges and bars: the page is not blank.
        self.assertGreater(len({*map(tuple, pixels[::7].tolist())}), 100)

    @parameterized.named_parameters(
        ("full", samples.full),
        ("hostile", samples.hostile),
        ("pages", paged.full),
        ("hostile_pages", paged.hostile),
    )
    def test_a_phone_does_not_scroll_sideways(self, make):
        page = _PHONE.format(html.escape(make().to_html()))
        dom, _ = self.visit(page, "--dump-dom")
        (width,) = re.findall(r"<title>(\d+)</title>", dom)
        self.assertLessEqual(int(width), 390)


if __name__ == "__main__":
    absltest.main()
