"""
Drawings of numbers: they say in words what they show, and nothing in them is markup.
"""

from lxml import etree

from approval_engine.web.charts import Chart, Point, bars, trend

SVG = "{*}"


def chart(*points, **changes):
    told = {"id": "c", "title": "Days <b>", "says": "It grows & grows.", "unit": " d"}
    return Chart(points=points, **{**told, **changes})


def test_a_drawing_has_a_title_and_a_sentence_that_it_is_named_by():
    found = etree.fromstring(str(bars(chart(Point(label="1 May", value=3.0)))))

    assert found.get("role") == "img"
    assert found.get("aria-labelledby") == "c-title c-says"
    assert found.find(f"{SVG}title").text == "Days <b>"
    assert found.find(f"{SVG}desc").text == "It grows & grows."
    assert {"c-title", "c-says"} <= {each.get("id") for each in found.iter()}


def test_a_bar_is_as_high_as_its_value():
    points = (Point(label="a", value=10.0), Point(label="b", value=5.0))
    found = etree.fromstring(str(bars(chart(*points, top=10.0))))
    one, other = (
        float(each.get("height")) for each in found.iter() if each.get("class") == "bar"
    )

    assert one == 2 * other


def test_a_gap_breaks_the_line_and_an_open_end_the_band():
    points = (
        Point(label="a", value=1.0, low=0.5, high=2.0),
        Point(label="b", value=2.0, low=0.5, high=3.0),
        Point(label="c", value=None),
        Point(label="d", value=2.0, low=0.5, high=None),
    )
    found = etree.fromstring(str(trend(chart(*points))))
    classes = [each.get("class") for each in found]

    assert classes.count("line") == 2
    assert classes.count("band") == 1
    assert classes.count("dot") == 3


def test_the_scale_holds_the_largest_value_and_no_style_is_written():
    text = str(trend(chart(Point(label="a", value=7.0, low=1.0, high=93.0))))
    found = etree.fromstring(text)
    scale = [each.text for each in found.iter() if each.get("class") == "scale"]

    assert scale[0] == "0 d"
    assert float(scale[-1].removesuffix(" d")) >= 93
    assert "style" not in text


def test_nothing_to_draw_is_drawn_as_nothing():
    found = etree.fromstring(str(trend(chart())))

    assert not [each for each in found if each.get("class") in {"line", "band"}]


def test_what_is_held_against_is_a_line_across():
    found = etree.fromstring(
        str(bars(chart(Point(label="a", value=50.0), line=80.0, top=100)))
    )
    goals = [each for each in found if each.get("class") == "goal"]

    assert len(goals) == 1
    assert goals[0].get("y1") == goals[0].get("y2")
