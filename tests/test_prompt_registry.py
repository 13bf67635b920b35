"""The registry of prompts: versions that never change, labels that move, and what a run is given by them."""

import pytest
from graph_fixture import FakeEngines
from store_fixture import add_client, add_run

from dossier.errors import BadInput
from dossier.open_runs import Launch, OpenRuns
from dossier.prompt_files import load_prompts, parse_prompt
from dossier.prompt_texts import beside, difference, file_text, prompt_files_in, read_prompt_file
from dossier.store import prompt_labels, prompts, removal, runs
from dossier.store.prompt_choice import choose_prompts
from dossier.store.prompt_views import find_version, get_prompt, list_prompts
from dossier.store.tables_queue import PromptVersionRow

FILE = load_prompts()["insight"]
TEXT = FILE.source


def other(words="Be brief.", text=TEXT):
    return parse_prompt(text.replace("# Task\n", f"# Task\n\n{words}\n"), "insight")


def add(store, prompt, note="a note"):
    with store.transaction() as session:
        prompts.sync_prompts(session, [FILE])
        return prompts.add_version(session, prompt, author="ann", note=note)


def label(store, name, number):
    with store.transaction() as session:
        return prompt_labels.move_label(session, "insight", name, number)


def used_by(store, slug, files=(FILE,)):
    with store.transaction() as session:
        of_files = prompts.sync_prompts(session, files)
        chosen = choose_prompts(session, slug, {file.id: file for file in files}, of_files)
    return chosen.versions["insight"], chosen.prompts["insight"]


# ---------------------------------------------------------------- versions


def test_an_imported_text_is_a_new_version_with_note_author_and_settings(store):
    assert add(store, other()) == (2, True)
    with store.reading() as session:
        first, second = prompts.list_versions(session, "insight")
        assert (second.note, second.author, second.settings["role"]) == ("a note", "ann", FILE.role)
        assert (first.author, first.prompt()) == ("file", FILE)
        assert second.prompt() == other()
        assert second.source == other().source


def test_the_same_text_changes_nothing(store):
    assert add(store, FILE) == (1, False)
    assert [add(store, other())[0] for _ in range(2)] == [2, 2]
    assert add(store, other(), note="another note") == (2, False)
    with store.reading() as session:
        assert session.query(PromptVersionRow).count() == 2


def test_a_text_that_differs_only_in_its_form_comes_back_as_it_was_brought(store):
    wide = parse_prompt(TEXT.replace("stage: ", "stage:   "), "insight")
    assert wide.digest == FILE.digest
    assert add(store, wide) == (2, True)
    with store.reading() as session:
        assert prompts.get_version(session, "insight", 2).source == wide.source


def test_a_version_of_an_older_release_gets_its_settings_when_its_file_is_seen_again(store):
    add(store, other())
    with store.transaction() as session:
        for row in session.query(PromptVersionRow):
            row.settings = None
    with store.transaction() as session:
        prompts.sync_prompts(session, [FILE])
        assert prompts.get_version(session, "insight", 1).prompt() == FILE
        with pytest.raises(BadInput, match="older release"):
            prompts.get_version(session, "insight", 2).prompt()
        with pytest.raises(BadInput, match=r"no version 7.*newest is 2"):
            prompts.get_version(session, "insight", 7)


# ---------------------------------------------------------------- labels


def test_latest_follows_the_newest_version_and_production_the_file(store):
    add(store, other())
    with store.reading() as session:
        view = get_prompt(session, "insight")
    assert (view.labels, view.is_moved, view.file, view.versions) == ({"production": 1, "latest": 2}, False, 1, 2)
    assert used_by(store, "seller") == (1, FILE)


def test_a_new_file_moves_production_unless_somebody_holds_it(store):
    add_client(store)
    assert used_by(store, "seller", [other()])[0] == 1
    assert used_by(store, "seller", [FILE])[0] == 2, "it follows the file"
    assert label(store, "production", 1) is None
    assert used_by(store, "seller", [FILE]) == (1, other())
    with store.transaction() as session:
        assert prompt_labels.remove_label(session, "insight", "production") == 1
    assert used_by(store, "seller", [FILE])[0] == 2


def test_a_clients_label_goes_before_production_and_moving_it_back_is_the_way_back(store):
    for slug in ("seller", "rival"):
        add_client(store, slug)
    add(store, other())
    add(store, other("Be long."))
    label(store, "production", 2)
    assert label(store, "client:seller", 3) is None
    assert [used_by(store, slug)[0] for slug in ("seller", "rival")] == [3, 2]
    assert label(store, "client:seller", 1) == 3
    assert [used_by(store, slug)[0] for slug in ("seller", "rival")] == [1, 2]


@pytest.mark.parametrize("name", ["latest", "staging", "client:nobody", "file", ""])
def test_other_labels_are_refused(store, name):
    add(store, other())
    with pytest.raises(BadInput):
        label(store, name, 1)
    with pytest.raises(BadInput), store.transaction() as session:
        prompt_labels.remove_label(session, "insight", name)


def test_a_client_of_the_longest_name_can_have_a_label(store):
    slug = add_client(store, "s" * 100)
    add(store, other())
    label(store, f"client:{slug}", 2)
    assert used_by(store, slug)[0] == 2


def test_a_deleted_client_leaves_no_label_for_the_next_of_its_name(store):
    add_client(store)
    add(store, other())
    label(store, "client:seller", 2)
    with store.transaction() as session:
        removal.delete_client(session, "seller")
    add_client(store)
    assert used_by(store, "seller")[0] == 1


def test_a_version_that_wants_what_its_step_gives_no_more_is_refused(store):
    add_client(store)
    wanting = parse_prompt(
        TEXT.replace("variables: [", "variables: [weather, ").replace("# Task\n", "# Task\n\n{{weather}}\n"), "insight"
    )
    add(store, wanting)
    label(store, "production", 2)
    with pytest.raises(BadInput, match="uses weather, which the step insight does not give"):
        used_by(store, "seller")


def test_versions_are_found_by_number_and_by_every_name(store):
    add_client(store)
    add(store, other())
    label(store, "client:seller", 2)
    names = {"1": 1, "2": 2, "file": 1, "production": 1, "latest": 2, "client:seller": 2, "client:rival": 1}
    with store.reading() as session:
        assert {name: find_version(session, "insight", name).number for name in names} == names
        for unknown in ("", "staging", "²", "-1"):
            with pytest.raises(BadInput, match="has no version"):
                find_version(session, "insight", unknown)
        with pytest.raises(BadInput, match="Nearest: insight"):
            find_version(session, "inside", "1")


# ---------------------------------------------------------------- runs


def test_a_run_keeps_the_versions_it_was_taken_with_and_says_them(store, tmp_path):
    first, second = add_run(store), add_run(store, "Beta", "beta.example")
    in_hand = OpenRuns(store, FakeEngines(), tmp_path)
    add(store, other())

    def exchange_of(run_id, worker):
        [run] = in_hand.open_all([run_id], Launch(worker, frozenset({"dossier", "delivery"})), lambda _: None)
        return run.context.exchange

    before = exchange_of(first, "w1")
    label(store, "production", 2)
    assert (before.versions["insight"], before.prompts["insight"]) == (1, FILE)
    assert exchange_of(first, "w1") is before
    after = exchange_of(second, "w2")
    assert (after.versions["insight"], after.prompts["insight"]) == (2, other())
    assert after.versions.keys() == load_prompts().keys()
    with store.transaction() as session:
        runs.cancel(session, first)
        runs.cancel(session, second)


def test_the_list_says_when_a_prompt_was_last_used(store):
    from store_fixture import take

    from dossier.store.step_runs import SqlRecorder

    run = take(store, add_run(store))
    SqlRecorder(store, run).open("insight", asset="insight", variables={}, prompt_id="insight", prompt_version=1)
    with store.transaction() as session:
        prompts.sync_prompts(session, load_prompts().values())
        used = {view.id: view.last_used for view in list_prompts(session)}
    assert used.pop("insight")
    assert set(used.values()) == {None}


# ---------------------------------------------------------------- texts


def test_a_version_without_its_file_is_written_from_its_parts():
    settings = FILE.model_dump(mode="json", exclude={"content", "system"})
    written = file_text(settings, FILE.content, FILE.system)
    assert parse_prompt(written, "insight").digest == FILE.digest
    assert file_text(settings, FILE.content, FILE.system, "as it was") == "as it was"


def test_a_file_is_read_by_its_bytes(tmp_path):
    path = tmp_path / "insight.md"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert "\r\n" in read_prompt_file(path).source
    assert read_prompt_file(path).digest == FILE.digest
    assert prompt_files_in(tmp_path) == [path]


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff", "not text in UTF-8"), (b"---\n\x00", "no prompt"), (b"x" * 400_001, "no prompt")]
)
def test_what_is_no_text_is_refused(tmp_path, content, said):
    path = tmp_path / "insight.md"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said):
        read_prompt_file(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_prompt_file(tmp_path / "nothing.md")
    with pytest.raises(BadInput, match="holds no prompt"):
        prompt_files_in((tmp_path / "empty").mkdir() or tmp_path / "empty")


def test_a_diff_shows_lines_and_nothing_where_there_is_no_difference():
    assert difference("a\nb\n", "a\r\nb\n", ("1", "2")) == []
    assert difference("a\nb", "a\nc", ("1", "2")) == ["--- 1", "+++ 2", "@@ -1,2 +1,2 @@", " a", "-b", "+c"]


def test_lines_that_go_together_stand_beside_each_other():
    assert beside([("gap", "a\nx\nb", "a\nb"), ("none", "", "")]) == [
        ("gap", "a", "a"),
        ("", "x", ""),
        ("", "b", "b"),
        ("none", "", ""),
    ]
