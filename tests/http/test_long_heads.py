"""A client that sends a head without end, or requests without number, loses its connection; what is long is taken."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request

from tests.http.test_slow_readers import serving

app = FastAPI()


@app.post("/length")
async def length(request: Request) -> int:
    return len(await request.body()) + len(request.headers.get("x-long", ""))


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, int]]:
    with serving(app) as (_, place):
        yield place


def told(place: tuple[str, int], *pieces: bytes) -> bytes:
    """What is answered until the server ends the connection."""
    heard = b""
    with socket.create_connection(place, timeout=20) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
            while piece := client.recv(65_536):
                heard += piece
        except ConnectionError:
            return heard
    return heard


POST = b"POST /length HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "begun",
    [
        POST + b"x-long: ",  # one header
        b"POST /",  # an address
        CHUNKED + b"1;",  # what may stand beside a chunk's length
        CHUNKED + b"0\r\nx-trailer: ",  # a header behind the body
    ],
)
def test_what_never_ends_is_not_taken_in(place: tuple[str, int], begun: bytes) -> None:
    heard = told(place, begun, *[b"a" * 10_000] * 2_000)
    assert heard == b"" or b" 400 " in heard.splitlines()[0]
    assert b" 200 " not in heard


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_what_is_no_request_is_refused_like_everything_else(place: tuple[str, int], sent: bytes) -> None:
    head, _, body = told(place, sent).partition(b"\r\n\r\n")
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in head
    assert b"\r\nContent-Type: application/problem+json\r\n" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "malformed")
    assert problem["detail"].endswith("A request's head is at most 64 kB.")


def test_headers_without_number_are_not_taken_in(place: tuple[str, int]) -> None:
    heard = told(place, POST, *[b"a: b\r\n" * 1_000] * 2_000)
    assert b" 200 " not in heard


def test_a_long_head_and_a_long_body_are(place: tuple[str, int]) -> None:
    head = POST + b"x-long: " + b"a" * 60_000 + b"\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
    assert told(place, head, *[b"b" * 10_000] * 100).endswith(b"\r\n\r\n1060000")
    chunks = [b"2710\r\n" + b"b" * 10_000 + b"\r\n"] * 100
    closing = CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert told(place, closing, *chunks, b"0\r\n\r\n").endswith(b"\r\n\r\n1000000")


def test_requests_behind_one_another_are_answered_and_those_without_number_are_not(place: tuple[str, int]) -> None:
    one = POST + b"Content-Length: 0\r\n\r\n"
    last = POST + b"Content-Length: 1\r\nConnection: close\r\n\r\nx"
    assert told(place, one * 20 + last).count(b" 200 OK") == 21
    assert told(place, one * 5_000 + last).count(b" 200 OK") < 100
