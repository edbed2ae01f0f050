"""What a connection knows of an answer that is still being written."""

import socket

from dashapp.http.connection import Outgoing


def test_an_answer_is_measured_while_a_thread_adds_to_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        answer = Outgoing(ours)

        class Part:
            """A part during whose measurement another is added, as a thread may do at any time."""

            def __len__(self) -> int:
                answer._parts.append(memoryview(b"later"))
                return 3

        answer._parts.append(Part())  # type: ignore[arg-type]
        assert answer.unsent == 3
        assert answer.held == len(b"later")
