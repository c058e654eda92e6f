"""The rooms' table is obeyed by the source tree, is free of cycles, and catches what it forbids."""

import pathlib
import re

import includes
import pytest
import rooms

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def test_every_include_of_the_source_tree_is_allowed():
    assert list(includes.includes_of(REPOSITORY)), "no include was found: the test looks in the wrong place"
    assert includes.violations(REPOSITORY) == []


def rooms_behind(room):
    """The rooms whose headers a room gets to see, directly or through others."""
    seen, waiting = set(), [room]
    while waiting:
        here = waiting.pop()
        found = {other for other in rooms.ROOMS if other != here and includes.may_include(here, other)} - seen
        seen |= found
        waiting.extend(found)
    return seen


@pytest.mark.parametrize("room", rooms.ROOMS)
def test_no_room_leads_back_to_itself(room):
    assert room not in rooms_behind(room)


def test_every_door_of_the_table_leads_to_a_room():
    places = [place for doors in rooms.ROOMS.values() for place in doors]
    places += [place for _, _, allowed in rooms.GUARDED_HEADERS for place in allowed]
    for place in places:
        assert any(includes.lies_in(room, place) for room in rooms.ROOMS), f"no room lies in {place}"


@pytest.mark.parametrize(
    "file, include, objection",
    [
        ("nn/tensor/tensor.h", '"nn/graph/graph.h"', "nn/tensor may include no other room"),
        ("nn/ops/linear.cc", '"nn/plan/plan.h"', "nn/ops may include nn/graph, nn/tensor"),
        ("nn/ops/linear.cc", "<nn/plan/plan.h>", "nn/ops may include nn/graph, nn/tensor"),
        ("nn/modules/module.cc", '"server/models/model.h"', "nn/modules may include"),
        ("nn/plan/plan.cc", '"nn/description/reader.h"', "nn/plan may include"),
        ("server/models/models.cc", '"server/rpc/service.h"', "server/models may include"),
        ("server/rpc/inference.cc", '"nn/plan/plan.h"', "server/rpc may include"),
        ("proto/contract/inference.h", '"proto/contract/codec/tensor.h"', "proto/contract may include nn/tensor"),
        ("proto/contract/inference.h", '"moduled/v1/inference.pb.h"', "protobuf headers are for"),
        ("server/scheduling/queue.cc", "<google/protobuf/message.h>", "protobuf headers are for"),
        ("server/models/models.cc", "<grpcpp/grpcpp.h>", "gRPC headers are for"),
        ("nn/description/reader.cc", '"moduled/v1/inference.grpc.pb.h"', "gRPC headers are for"),
        ("nn/layers/linear.cc", "<cblas.h>", "oneDNN or OpenBLAS headers are for nn/ops, nn/plan"),
        ("nn/tensor/tensor.cc", "<oneapi/dnnl/dnnl.hpp>", "oneDNN or OpenBLAS headers are for nn/ops, nn/plan"),
        ("nn/ops/linear.cc", '"kernel.h"', "an include of the house is a path from the top"),
        ("nn/ops/linear.cc", '"../plan/plan.h"', "an include of the house is a path from the top"),
        ("nn/ops/linear.cc", '"nn/util/helpers.h"', "an include of the house is a path from the top"),
        ("nn/util/helpers.h", '"nn/tensor/tensor.h"', "the file lies in no room"),
    ],
)
def test_a_planted_violation_is_found(tmp_path, file, include, objection):
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(f"// A file.\n  #  include {include}  // why not\n")
    (tmp_path / "nn/plan").mkdir(parents=True, exist_ok=True)
    (tmp_path / "nn/plan/plan.h").touch()

    (found,) = includes.violations(tmp_path)
    assert re.match(rf"{re.escape(file)}:2: includes \S+, but {re.escape(objection)}", found)


@pytest.mark.parametrize(
    "file, include",
    [
        ("nn/ops/linear.cc", '"nn/ops/linear.h"'),
        ("nn/ops/linear.cc", "<cblas.h>"),
        ("nn/plan/convolution.cc", "<dnnl.hpp>"),
        ("nn/description/reader.cc", '"moduled/v1/module.pb.h"'),
        ("proto/contract/codec/tensor.cc", '"moduled/v1/tensor.pb.h"'),
        ("server/models/models.cc", '"nn/weights/safetensors.h"'),
        ("server/main.cc", '"server/rpc/service.h"'),
        ("server/rpc/inference.cc", '"moduled/v1/inference.grpc.pb.h"'),
        ("client/modulectl/main.cc", '"client/cpp/client.h"'),
        ("nn/tensor/tensor.cc", "<vector>"),
        ("nn/tensor/tensor.cc", '"absl/status/status.h"'),
        ("nn/tensor/tensor.cc", '// #include "server/main.h"'),
    ],
)
def test_what_the_table_allows_passes(tmp_path, file, include):
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(f"// A file.\n#include {include}\n" if not include.startswith("//") else include)

    assert includes.violations(tmp_path) == []
