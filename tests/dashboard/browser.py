# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A person in front of the Dashboard: Chromium without a screen.

Things are found by the words that a person reads, and waited for.
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

CHROMIUM, DRIVER = "chromium", "chromedriver"
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    # It asks nobody outside.
    *("--disable-background-networking", "--disable-component-update"),
    *("--no-first-run", "--no-proxy-server", "--force-device-scale-factor=1"),
    "--hide-scrollbars",
)
WIDTH, HEIGHT = 1000, 920

MARGIN = 20
HEIGHT_OF_CONTENT = f"""
    const seen = document.querySelector(".modal-content, #content_body");
    const bottom = seen.getBoundingClientRect().bottom + {MARGIN};
    return Math.min(bottom, window.innerHeight);
"""
REPLACE = """
    for (const field of document.querySelectorAll("input[type=text]"))
        for (const [old, instead] of Object.entries(arguments[0]))
            field.value = field.value.replace(old, instead);
"""
IS_READ = """
    const asked = performance.getEntriesByType("resource").map(each => each.name);
    const http = angular.element(document.body).injector().get("$http");
    return asked.some(url => url.includes("/api/glance/images/"))
        && http.pendingRequests.length == 0;
"""
"""Before that, the list says that it shows nothing."""
NOTHING: Mapping[str, str] = MappingProxyType({})

WAIT_SECONDS = 60
"""For what has to appear in a second or two, on a machine that does much else."""
POLL_SECONDS = 0.1
PASSING = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
"""What the page is in the middle of."""


def is_there() -> bool:
    """Whether this machine has the browser and its driver (bindep.txt)."""
    return all(map(shutil.which, (CHROMIUM, DRIVER)))


class Browser:
    """One window, with the Dashboard at *url* in it."""

    def __init__(self, driver: Any, url: str) -> None:
        self._driver = driver
        self._url = url

    def log_in(self, username: str, password: str) -> None:
        """Log in, in a window in which nobody was.

        To forget somebody's cookies isn't enough: answers that their page still waits
        for would set them again.
        """
        # Where it leads to by itself needs Nova.
        self._driver.get(f"{self._url}/auth/login/?next=/project/images/")
        for name, text in (("username", username), ("password", password)):
            self._driver.find_element(By.NAME, name).send_keys(text)
        self.click("Sign In")
        self.until(lambda: self._see("//*[@id='sidebar-accordion']"))

    def open_menu(self, *entries: str) -> None:
        """Open a panel by the entries of the menu on the left, from the top."""
        *groups, panel = entries
        path = "//*[@id='sidebar-accordion']"
        for group in groups:
            path += f"//li[a[@data-toggle and {_reads(group)}]]"
            self._unfold(f"{path}/a")
        self._click(f"{path}//a[@href and {_reads(panel)}]")
        self.until(lambda: self._see(f"//h1[{_reads(panel)}]"))

    def click(self, text: str) -> None:
        """Click the button or the link with this text; that of a dialog, if one is."""
        words = _reads(text)
        kinds = f"*[self::button or self::a or self::label][{words}]"
        self._click(f"{self._front()}//{kinds}")

    def enter(self, text: str, label: str) -> None:
        """Write into the field with this label."""

        def write() -> bool:
            field = self._find(f"{_field(label)}//input")
            field.clear()
            field.send_keys(text)
            return bool(field.get_attribute("value") == text)

        self.until(write)

    def choose_file(self, path: Path, label: str) -> None:
        """Choose a file of this machine in the field with this label."""
        self.until(lambda: self._find(f"{_field(label)}//input[@type='file']"))
        field = self._find(f"{_field(label)}//input[@type='file']")
        field.send_keys(str(path))

    def choose(self, option: str, label: str) -> None:
        """Choose one of several in the field with this label."""

        def choose() -> bool:
            group = self._find(_field(label))
            for element in group.find_elements(By.TAG_NAME, "select"):
                Select(element).select_by_visible_text(option)
                return True
            group.find_element(By.XPATH, f".//label[{_reads(option)}]").click()
            return True

        self.until(choose)

    def unfold(self, name: str) -> None:
        """Click the arrow before the row with this name."""
        self.until(lambda: self.rows().get(name))
        self._click(f"{_row(name)}//td[contains(@class, 'expander')]/span")

    def open_page(self, path: str) -> None:
        """Go to an address below the Dashboard's."""
        self._driver.get(f"{self._url}{path}")

    def await_text(self, text: str) -> None:
        """Until the page shows this text."""
        self.until(lambda: text in self.text())

    def await_row(self, name: str, status: str) -> None:
        """Until the list shows this row with this status."""
        self.until(lambda: status in self.rows().get(name, ""))

    def await_list(self) -> None:
        """Until the list has been read, whatever is in it."""
        self.until(lambda: self._driver.execute_script(IS_READ))

    def rows(self) -> dict[str, str]:
        """What the list shows: the text of each row, by the name in it."""
        rows = self._driver.find_elements(By.XPATH, "//tbody/tr[.//td[@class]//a]")
        return {
            row.find_element(By.XPATH, ".//td//a").text: row.text
            for row in rows
            if row.text
        }

    def text(self) -> str:
        """All that the page shows."""
        return str(self._driver.find_element(By.TAG_NAME, "body").text)

    def labels(self) -> list[str]:
        """The labels of the fields that the form in front shows."""
        found = self._driver.find_elements(By.XPATH, f"{self._front()}//label")
        return [element.text for element in found if element.text]

    def picture(self, path: Path, *, instead: Mapping[str, str] = NOTHING) -> None:
        """Take a picture of what there is to see.

        With other text *instead* of some in fields, which is put back.
        """
        back = {new: old for old, new in instead.items()}
        self._driver.execute_script(REPLACE, dict(instead))
        height = self._driver.execute_script(HEIGHT_OF_CONTENT)
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1}
        taken = self._driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip})
        self._driver.execute_script(REPLACE, back)
        path.write_bytes(base64.b64decode(taken["data"]))

    def until(self, reached: Callable[[], Any]) -> None:
        """Wait until it is so; raises AssertionError with what the page shows."""
        waiting = WebDriverWait(
            self._driver, WAIT_SECONDS, POLL_SECONDS, ignored_exceptions=PASSING
        )
        try:
            waiting.until(lambda _: reached())
        except TimeoutException:
            raise AssertionError(f"In vain waited for, on:\n{self.text()}") from None

    def _unfold(self, path: str) -> None:
        self.until(lambda: self._see(path))
        if "collapsed" in (self._find(path).get_attribute("class") or ""):
            self._click(path)

    def _front(self) -> str:
        dialog = "//*[contains(@class, 'modal-dialog')]"
        return dialog if self._see(dialog) else ""

    def _see(self, path: str) -> bool:
        found = self._driver.find_elements(By.XPATH, path)
        return any(element.is_displayed() for element in found)

    def _find(self, path: str) -> WebElement:
        found: list[WebElement] = self._driver.find_elements(By.XPATH, path)
        for element in found:
            if element.is_displayed():
                return element
        raise NoSuchElementException(path)

    def _click(self, path: str) -> None:
        def click() -> bool:
            element = self._find(path)
            # A form that isn't valid yet has a button that does nothing.
            if not element.is_enabled():
                return False
            element.click()
            return True

        self.until(click)


@contextmanager
def browser(url: str, downloads: Path) -> Iterator[Browser]:
    """A new window before the Dashboard at *url*, closed in the end."""
    # Else it asks hosts outside for a driver.
    os.environ["SE_OFFLINE"] = "true"
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which(CHROMIUM))
    for option in (*OPTIONS, f"--window-size={WIDTH},{HEIGHT}"):
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={downloads}")
    service = Service(str(shutil.which(DRIVER)))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(driver, url)
    finally:
        driver.quit()


def _reads(text: str) -> str:
    return f"normalize-space()={_quoted(text)}"


def _field(label: str) -> str:
    """The group of a field and its label, which a star may follow."""
    name = f"label[starts-with(normalize-space(), {_quoted(label)})]"
    return f"//*[contains(@class, 'form-group')][{name}]"


def _row(name: str) -> str:
    return f"//tbody/tr[.//a[{_reads(name)}]]"


def _quoted(text: str) -> str:
    # XPath has no escape.
    quote = '"' if "'" in text else "'"
    return f"{quote}{text}{quote}"
