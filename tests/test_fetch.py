"""Pages that a search found: what is fetched, what is refused, and that nothing inside this network is ever asked."""

import gzip
import json
import tracemalloc

import pytest
from search_servers import Reply, serving

from resources.fetch import MAX_BYTES, Fetcher, shown
from resources.public_network import Refused, is_public

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def text(body=b"words", **headers):
    return Reply(200, body, {**TEXT, **headers})


def moved(to, status=302):
    return Reply(status, b"", {"Location": to})


@pytest.fixture
def site():
    with serving(lambda asked: text(asked.path.encode())) as server:
        yield server


def fetcher(*servers, **more):
    allowed = frozenset(("127.0.0.1", server.port) for server in servers)
    return Fetcher("Dossier tests", allowed=allowed, pace=lambda host: None, **more)


def refusal(ours, url):
    with pytest.raises(Refused) as refused:
        ours.get(url)
    return str(refused.value)


def test_a_page_comes_with_its_type_and_bytes(site):
    page = fetcher(site).get(f"{site.url}/a/b?c=1#d")
    assert (page.content_type, page.charset, page.body) == ("text/plain", "utf-8", b"/a/b")
    [asked] = site.asked
    assert asked.params == {"c": "1"}
    assert asked.headers["host"] == f"127.0.0.1:{site.port}"
    assert asked.headers["user-agent"] == "Dossier tests"


HOSTILE = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://10.0.0.1/",
    "http://user:secret@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@news.example/",
    "http://news.example@127.0.0.1:{port}/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
    "ftp://127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "http://:{port}/",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1%00.news.example:{port}/",
    "jar:http://127.0.0.1:{port}/!/",
    "",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_address_of_a_stranger_reaches_this_machine(site, url):
    assert refusal(fetcher(max_seconds=3), url.format(port=site.port))
    assert site.connections == 0


@pytest.mark.parametrize("url", [u for u in HOSTILE if u])
def test_no_redirect_reaches_this_machine_either(site, url):
    with serving(lambda _: moved(url.format(port=site.port).encode("ascii", "xmlcharrefreplace").decode())) as hop:
        assert refusal(fetcher(hop, max_seconds=3), hop.url)
    assert site.connections == 0


def test_a_name_is_resolved_once_and_that_address_is_asked(site):
    answers = iter([["127.0.0.1"]])  # a second question would find the iterator at its end
    ours = fetcher(site, resolve=lambda host, port: next(answers))
    assert ours.get(f"http://news.example:{site.port}/x").body == b"/x"
    assert site.asked[0].headers["host"] == f"news.example:{site.port}"


def test_a_name_that_changes_its_address_is_checked_again_at_a_redirect(site):
    with serving(lambda _: moved(f"http://news.example:{site.port}/")) as hop:
        ours = fetcher(hop, resolve=lambda host, port: ["127.0.0.1"])
        assert refusal(ours, f"http://news.example:{hop.port}/") == "its host is not a public address"
    assert site.connections == 0


def test_one_inner_address_among_public_ones_refuses_the_host(site):
    ours = fetcher(resolve=lambda host, port: ["93.184.215.14", "127.0.0.1"])
    assert refusal(ours, f"http://news.example:{site.port}/") == "its host is not a public address"
    assert site.connections == 0


def test_an_unknown_host_is_refused():
    def unknown(host, port):
        raise OSError("not known")

    assert refusal(fetcher(resolve=unknown), "http://nowhere.example/") == "its host is not known"
    assert refusal(fetcher(resolve=lambda host, port: []), "http://nowhere.example/") == "its host is not known"


def test_a_resolver_that_hangs_ends_at_the_deadline(site):
    ours = fetcher(resolve=lambda host, port: site.over.wait(5), max_seconds=0.1)
    assert refusal(ours, "http://slow.example/") == "took longer than 0.1 s"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_redirects_are_followed_and_a_fourth_is_not(site, status):
    site.queue = [moved("/1", status), moved("two", status), moved(f"{site.url}/3", status)]
    page = fetcher(site).get(site.url + "/a/b")
    assert (page.url, page.body) == (f"{site.url}/3", b"/3")
    site.queue = [moved(f"/{n}", status) for n in range(4)]
    assert refusal(fetcher(site), site.url) == "more than 3 redirects"
    assert len(site.asked) == 8


def test_a_redirect_to_nowhere_is_refused(site):
    site.queue = [Reply(302, b"", {})]
    assert refusal(fetcher(site), site.url) == "it points elsewhere without saying where"
    site.queue = [moved("http://[::1")]
    assert refusal(fetcher(site), site.url) == "it points to what is not a web address"


@pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
def test_other_statuses_are_refused(site, status):
    site.queue = [Reply(status, b"", TEXT)]
    assert refusal(fetcher(site), site.url) == f"HTTP {status}"


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream", "application/json", ""])
def test_other_types_are_refused(site, kind):
    site.queue = [Reply(200, b"{}", {"Content-Type": kind})]
    assert refusal(fetcher(site), site.url) == f"its type {kind or 'is not said'} is not read"


def test_json_is_read_where_it_is_wanted(site):
    site.queue = [Reply(200, b"{}", {"Content-Type": "Application/JSON"})]
    assert json.loads(fetcher(site).get(site.url, ("application/json",)).body) == {}


def test_a_body_over_the_limit_is_refused_whether_it_says_so_or_not(site):
    too_large = f"larger than {MAX_BYTES} bytes"
    site.queue = [text(b"", **{"Content-Length": str(MAX_BYTES + 1)})]
    assert refusal(fetcher(site), site.url) == too_large
    site.queue = [text(b"a" * (MAX_BYTES + 1))]
    assert refusal(fetcher(site), site.url) == too_large
    site.queue = [text(b"a" * MAX_BYTES)]
    assert len(fetcher(site).get(site.url).body) == MAX_BYTES


def test_a_packed_body_is_unpacked_up_to_the_limit(site):
    site.queue = [text(gzip.compress(b"words"), **{"Content-Encoding": "gzip"})]
    assert fetcher(site).get(site.url).body == b"words"
    site.queue = [text(gzip.compress(b"\0" * 60_000_000), **{"Content-Encoding": "gzip"})]
    tracemalloc.start()
    assert refusal(fetcher(site), site.url) == f"larger than {MAX_BYTES} bytes"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000
    site.queue = [text(b"not gzip", **{"Content-Encoding": "gzip"})]
    assert refusal(fetcher(site), site.url) == "its packed body cannot be read"
    site.queue = [text(b"words", **{"Content-Encoding": "br"})]
    assert refusal(fetcher(site), site.url) == "it is packed in a way that was not asked for"


def test_a_body_that_never_ends_and_a_server_that_never_answers_end_at_the_deadline(site):
    site.queue = [Reply(200, b"", TEXT, drip=True), Reply(hangs=True)]
    for _ in range(2):
        assert refusal(fetcher(site, max_seconds=0.2), site.url) == "took longer than 0.2 s"


def test_a_broken_connection_is_a_reason(site):
    site.queue = [Reply(200, b"words", TEXT, cuts=True)]
    assert refusal(fetcher(site), site.url) == "the connection failed (RemoteProtocolError)"
    site.close()
    assert refusal(fetcher(site), site.url) == "the connection failed (ConnectError)"


def test_proxies_of_the_environment_change_nothing(site, monkeypatch):
    with serving(lambda _: text(b"proxy")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert fetcher(site).get(site.url + "/x").body == b"/x"
        assert proxy.connections == 0


def test_a_host_with_a_pace_is_waited_for_at_each_hop(site):
    waited = []
    site.queue = [moved("/1")]
    allowed = frozenset({("127.0.0.1", site.port)})
    Fetcher("Dossier", allowed=allowed, pace=waited.append).get(site.url)
    assert waited == ["127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450::1"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.64.0.1 100.127.255.255 0.0.0.0
    224.0.0.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: ::ffff:8.8.8.8 ::ffff:127.0.0.1 ::127.0.0.1
    64:ff9b::808:808 64:ff9b:1::1 2002:7f00:1:: 2002:808:808:: 2001:0:1::1 2001:db8::1 fe80::1 fe80::1%eth0 fec0::1
    fc00::1 fd00:ec2::254 ff02::1 localhost 127.1""".split(),
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


def test_what_is_written_down_of_an_address_holds_no_credentials():
    assert shown("https://user:pass@news.example:8443/a/b?token=secret#part") == "https://news.example:8443/a/b"
    assert shown("http://[::1") == "an address that cannot be read"
    assert shown("http://news.example/\x1b[31m") == "http://news.example/\\x1b[31m"
