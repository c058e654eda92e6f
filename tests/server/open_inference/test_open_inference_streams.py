"""ModelStreamInfer: many requests over one stream."""
import queue

import grpc
import numpy as np
import oip
import pytest
from oip import pb

PICTURE = np.zeros((1, 1, 28, 28), np.float32)


def picture(id, rows=1, **fields):
    return oip.request("fashion_mnist", {"x": np.repeat(PICTURE, rows, 0)}, id=str(id), **fields)


def ask(client, requests, **options):
    return list(client.ModelStreamInfer(iter(requests), **options))


def test_every_request_has_its_answer(client):
    count = 200  # More than may be on their way at once.
    answers = ask(client, [picture(id, rows=id % 3 + 1) for id in range(count)])
    assert len(answers) == count
    assert {int(answer.infer_response.id) for answer in answers} == set(range(count))
    for answer in answers:
        assert answer.error_message == ""
        rows = int(answer.infer_response.id) % 3 + 1
        assert oip.arrays(answer.infer_response)["output"].shape == (rows, 10)


def test_an_answer_comes_before_the_next_request(client):
    requests = queue.Queue()
    answers = client.ModelStreamInfer(iter(requests.get, None))
    for id in range(3):
        requests.put(picture(id))
        assert next(answers).infer_response.id == str(id)
    requests.put(None)
    assert list(answers) == []


def test_no_requests_no_answers(client):
    assert ask(client, []) == []


def test_an_error_is_an_answer_in_its_place(client):
    wrong = picture("wrong")
    wrong.raw_input_contents.append(b"")
    answers = {answer.infer_response.id: answer for answer in ask(client, [picture(1), wrong, picture(2)])}
    assert set(answers) == {"1", "wrong", "2"}
    assert "raw_input_contents" in answers["wrong"].error_message
    assert not answers["wrong"].infer_response.outputs
    assert answers["1"].error_message == answers["2"].error_message == ""


def test_an_error_ends_the_stream_of_those_who_ask_for_that(client):
    wrong = pb.ModelInferRequest(model_name="nobody", id="wrong")
    details = oip.refused(
        lambda: ask(client, [wrong], metadata=[("triton_grpc_error", "true")]), grpc.StatusCode.NOT_FOUND, "nobody")
    assert "/" not in details


def test_hooks_come_over_streams_too(client):
    answer, = ask(client, [picture(1, parameters={"hooks": "**"})])
    assert any(output.parameters["hook"].bool_param for output in answer.infer_response.outputs)


def test_a_stream_that_is_cancelled_leaves_the_server_to_others(client):
    requests = queue.Queue()
    for id in range(50):
        requests.put(picture(id))
    answers = client.ModelStreamInfer(iter(requests.get, None))
    next(answers)
    answers.cancel()
    requests.put(None)
    with pytest.raises(grpc.RpcError) as error:
        list(answers)
    assert error.value.code() == grpc.StatusCode.CANCELLED
    assert len(ask(client, [picture(1)])) == 1


def test_a_client_that_does_not_read_does_not_stop_others(client):
    requests = queue.Queue()
    for id in range(500):
        requests.put(picture(id, rows=50))
    idle = client.ModelStreamInfer(iter(requests.get, None))
    assert len(ask(client, [picture(id) for id in range(20)])) == 20
    idle.cancel()
    requests.put(None)
