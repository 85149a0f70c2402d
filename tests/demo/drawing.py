# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the figures of the documentation are drawn with."""

from __future__ import annotations

from xml.etree import ElementTree


def drawing(width: float, height: float, title: str) -> ElementTree.Element:
    """An empty figure, white in a dark page, too."""
    svg = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        role="img",
    )
    ElementTree.SubElement(svg, "title").text = title
    style = ElementTree.SubElement(svg, "style")
    style.text = "text { font: 13px sans-serif; fill: #333 }"
    box(svg, 0, 0, width, height, "#ffffff")
    return svg


def text(
    svg: ElementTree.Element, x: float, y: float, words: str, anchor: str = "start"
) -> None:
    """Some *words*, on the line *y*."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    ElementTree.SubElement(svg, "text", place).text = words


def box(
    svg: ElementTree.Element,
    x: float,
    y: float,
    width: float,
    height: float,
    color: str,
) -> None:
    """A filled box."""
    place = {"x": x, "y": y, "width": width, "height": height}
    told = {name: f"{value:.1f}" for name, value in place.items()}
    ElementTree.SubElement(svg, "rect", {**told, "fill": color, "rx": "3"})


def written(svg: ElementTree.Element) -> str:
    """The figure, as the file that it is kept in."""
    ElementTree.indent(svg)
    return ElementTree.tostring(svg, encoding="unicode") + "\n"
