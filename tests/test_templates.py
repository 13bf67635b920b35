"""The template renderer: what it fills in, what it refuses, and that a hostile template ends soon."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier import templates
from dossier.errors import BadInput
from dossier.templates import Template, TemplateError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def fill(text, /, **values):
    return Template(text, "prompts/x.md").render(values)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Dear {{name}}.", {"name": "Ada"}, "Dear Ada."),
        ("{{ name }}", {"name": "Ada"}, "Ada"),
        ("{{lead.name}} in {{lead.places.0}}", {"lead": {"name": "X", "places": ["Ohio"]}}, "X in Ohio"),
        ("{{a}}{{b}}{{c}}", {"a": None, "b": 0, "c": True}, "0true"),
        ("{{config}}", {"config": {"titles": ["Größe"]}}, '{"titles": ["Größe"]}'),
        ("a{{#if x}}b{{/if}}c", {"x": 1}, "abc"),
        ("a{{#if x}}b{{/if}}c", {"x": []}, "ac"),
        ("{{#if x}}yes{{else}}no{{/if}}", {"x": None}, "no"),
        ("{{#if x.y}}yes{{else}}no{{/if}}", {"x": {}}, "no"),
        ("{{#each xs}}<{{this}}>{{/each}}", {"xs": ["a", 1]}, "<a><1>"),
        ("{{#each xs}}{{name}},{{/each}}", {"xs": [{"name": "a"}, {"name": "b"}]}, "a,b,"),
        ("{{#each xs}}{{this.name}}{{/each}}", {"xs": [{"name": "a"}]}, "a"),
        ("{{#each xs}}{{this}}{{else}}none{{/each}}", {"xs": []}, "none"),
        ("{{#each xs}}{{this}}{{else}}none{{/each}}", {"xs": None}, "none"),
        ("{{#each xs}}{{outer}}{{name}} {{/each}}", {"outer": "o", "xs": [{"name": "a"}]}, "oa "),
        ("{{#each xs}}{{#each this}}{{this}}{{/each}};{{/each}}", {"xs": [[1, 2], [3]]}, "12;3;"),
        ("{{#each xs}}{{#if url}}{{url}}{{/if}}{{/each}}", {"xs": [{"url": None}, {"url": "u"}]}, "u"),
        ('{"a": {"b": 1}}', {}, '{"a": {"b": 1}}'),
    ],
)
def test_a_template_is_filled_in(text, values, expected):
    assert fill(text, **values) == expected


def test_a_brace_behind_a_tag_is_text_so_that_json_can_be_written():
    assert fill('{"a": {{x}}}', x=1) == '{"a": 1}'


def test_a_block_tag_alone_on_its_line_leaves_no_blank_line():
    text = "List:\n{{#each xs}}\n- {{this}}\n{{/each}}\n{{#if no}}\nnever\n{{/if}}\nEnd\n"
    assert fill(text, xs=["a", "b"], no=False) == "List:\n- a\n- b\nEnd\n"


@pytest.mark.parametrize(
    "value",
    ["{{secret}}", "{{#each xs}}", "{{/if}}", "{{this}}", "{% raw %}", "{secret}", "{{{secret}}}", "\\1 \\g<0>", "{{"],
)
def test_a_value_is_never_expanded_again(value):
    assert fill("<{{text}}>{{#each xs}}{{this}}{{/each}}", text=value, xs=[value], secret="S") == f"<{value}>{value}"


@given(st.text())
def test_any_text_as_value_comes_out_as_it_went_in(value):
    assert fill("a{{x}}b", x=value, secret="S") == f"a{value}b"


@given(JSON)
def test_any_other_value_comes_out_as_json(value):
    written = fill("{{x}}", x=value)
    assert value is None or isinstance(value, str) or json.loads(written) == value


def test_a_missing_variable_is_named_with_file_line_and_nearest_name():
    with pytest.raises(TemplateError) as caught:
        fill("one\n{{#if a}}\ntwo {{clint}}\n{{/if}}", a=1, client={"name": "x"})
    assert "prompts/x.md, line 3: no value for {{clint}}" in str(caught.value)
    assert "Did you mean client?" in str(caught.value)
    assert isinstance(caught.value, BadInput)


def test_a_missing_part_of_a_path_is_named_with_the_nearest_part():
    with pytest.raises(TemplateError, match=r"no value for \{\{lead\.nmae\}\}.*Did you mean lead\.name\?"):
        fill("{{lead.nmae}}", lead={"name": "x", "domain": "y"})


def test_a_missing_variable_without_a_near_name_lists_those_that_are_known():
    with pytest.raises(TemplateError, match="Known: lead, sources"):
        fill("{{zzz}}", lead=1, sources=2)


@pytest.mark.parametrize("text", ["{{#if gone}}x{{/if}}", "{{#each gone}}x{{/each}}", "{{#each xs}}{{gone}}{{/each}}"])
def test_a_missing_variable_is_an_error_in_a_block_too(text):
    with pytest.raises(TemplateError, match="gone"):
        fill(text, xs=[{"a": 1}])


def test_a_variable_in_a_branch_that_is_not_taken_need_not_be_given():
    assert fill("{{#if x}}{{gone}}{{/if}}", x=0) == ""


def test_an_attribute_is_never_walked():
    class Settings:
        secret = "S"

    for path in ("x.secret", "x.__class__", "x.__class__.__init__.__globals__"):
        with pytest.raises(TemplateError):
            fill("{{" + path + "}}", x=Settings())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{lipsum.__globals__['os'].popen('id').read()}}", "is no name"),
        ("{{ ''.__class__ }}", "is no name"),
        ("{{7*7}}", "is no name"),
        ("{{}}", "is no name"),
        ("{{{name}}}", "opens no readable tag"),
        ("{{name", "opens no readable tag"),
        ("{{na\nme}}", "opens no readable tag"),
        ("{{#if x}}open", "never closed"),
        ("{{#each x}}{{/if}}", "closes no open block"),
        ("{{/each}}", "closes no open block"),
        ("{{else}}", "stands in no open block"),
        ("{{#if x}}{{else}}{{else}}{{/if}}", "stands in no open block"),
        ("{{#unless x}}{{/unless}}", "is no name"),
        ("{{#if x}}" * 9 + "{{/if}}" * 9, "nested more than"),
        ("x" * 200_001, "too long"),
    ],
)
def test_what_is_no_template_is_refused_when_it_is_read(text, message):
    with pytest.raises(TemplateError, match=message):
        Template(text, "prompts/x.md")


def test_an_error_in_a_template_names_its_line():
    with pytest.raises(TemplateError, match=r"prompts/x\.md, line 3"):
        Template("one\n{{#if a}}\n{{7*7}}{{/if}}", "prompts/x.md")


@pytest.mark.parametrize("body", ["", "x", "{{this}}", "{{#if this}}{{/if}}", "{{#each big}}{{/each}}"])
def test_nested_loops_stop_at_the_limit_of_parts(body):
    deep = 7
    text = "{{#each big}}" * deep + body + "{{/each}}" * deep
    with pytest.raises(TemplateError, match="does too much"):
        fill(text, big=list(range(1000)))


def test_output_stops_at_its_limit():
    with pytest.raises(TemplateError, match="grows too long"):
        fill("{{#each xs}}{{page}}{{/each}}", xs=list(range(1000)), page="p" * 100_000)


def test_the_limit_of_parts_counts_every_round_of_a_loop(monkeypatch):
    monkeypatch.setattr(templates, "MAX_STEPS", 50)
    assert fill("{{#each xs}}.{{/each}}", xs=[0] * 24) == "." * 24
    with pytest.raises(TemplateError, match="does too much"):
        fill("{{#each xs}}{{#if this}}{{/if}}{{/each}}", xs=[0] * 50)
    with pytest.raises(TemplateError, match="does too much"):
        fill("{{#each xs}}{{/each}}", xs=[0] * 51)


def test_a_loop_over_what_is_no_list_is_an_error():
    with pytest.raises(TemplateError, match=r"each x.* needs a list"):
        fill("{{#each x}}{{/each}}", x="text")


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", {"a": object()}])
def test_a_value_that_is_not_json_is_named(value):
    with pytest.raises(TemplateError, match=r"\{\{x\}\} cannot be written"):
        fill("{{x}}", x=value)


def test_a_value_that_holds_itself_or_is_too_deep_is_an_error():
    circle = []
    circle.append(circle)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep):
        with pytest.raises(TemplateError, match="cannot be written"):
            fill("{{x}}", x=value)


def test_names_are_those_that_must_be_given():
    text = "{{a.b}}{{#if c}}{{d}}{{else}}{{e}}{{/if}}{{#each f}}{{g}}{{this}}{{else}}{{h}}{{/each}}"
    assert Template(text).names() == {"a", "c", "d", "e", "f", "h"}
