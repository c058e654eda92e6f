"""Every command of modulectl against a real server with the bundled model, and the exit codes that scripts rely on."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY / "client/python"), str(REPOSITORY / "tests/support")]

import servers  # noqa: E402
from moduled import safetensors  # noqa: E402

MODULECTL = pathlib.Path(os.environ.get("MODULECTL_BINARY", REPOSITORY / "build/release/client/modulectl/modulectl"))
MODEL = REPOSITORY / "deploy/models/fashion_mnist"
PICTURE = MODEL / "pictures/01_pullover.png"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    shutil.copytree(MODEL, models / "fashion_mnist")
    with servers.serving(models) as running:
        yield running


@pytest.fixture
def modulectl(server):
    def run(*words, code=0):
        done = subprocess.run(
            [MODULECTL, "--server", server.address, *map(str, words)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    return run


def test_models_lists_what_is_served(modulectl):
    assert modulectl("models").splitlines()[1].split() == ["fashion_mnist", "1", "READY"]
    assert json.loads(modulectl("models", "--json"))[0]["state"] == "READY"


def test_describe_prints_signature_and_tree(modulectl):
    text = modulectl("describe", "fashion_mnist")
    assert "input   x  float32[*, 1, 28, 28]" in text
    assert "(conv): Conv2d(1, 32, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)" in text
    assert json.loads(modulectl("--json", "describe", "fashion_mnist:1"))["parameters"] == 77290
    assert "runs    DEFAULT\n" in text


def test_describe_says_how_far_fast_is_from_exact(tmp_path):
    shutil.copytree(MODEL, tmp_path / "fast")
    (tmp_path / "fast/config.pbtxt").write_text("precision: FAST")
    with servers.serving(tmp_path) as running:
        words = [MODULECTL, "--server", running.address, "describe", "fast"]
        text = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
        described = json.loads(subprocess.check_output([*words, "--json"], timeout=60))
    assert "runs    FAST: on its example, up to " in text
    assert described["precision"] == "FAST" and 0 < described["deviation"] < 0.05


def test_describe_prints_the_plan_with_its_times(modulectl):
    lines = modulectl("describe", "fashion_mnist", "--plan").splitlines()
    assert lines[0] == "model   fashion_mnist version 1" and lines[2].startswith("runs    DEFAULT on ")
    header, *steps, total = lines[4:]
    assert header.split()[:6] == ["STEP", "MODULE", "OPERATORS", "ALGORITHM", "LAYOUT", "OUTPUT"]
    assert any("stem.conv" in step and "batch_norm + relu" in step and "channels-last" in step for step in steps)
    assert total.split()[0] == "total" and total.split()[-1] == "100.0%"

    plan = json.loads(modulectl("--json", "describe", "fashion_mnist", "--plan", "--runs", 2, "--threads", 1))
    assert (plan["threads"], plan["runs"], len(plan["steps"])) == (1, 2, len(steps))
    assert plan["time_ns"] == sum(step["time_ns"] for step in plan["steps"]) > 0

    csv = modulectl("describe", "fashion_mnist", "--plan", "--csv").splitlines()
    assert csv[0] == "step,path,op,absorbed,algorithm,layout,outputs,scratch_bytes,time_ns"
    assert len(csv) == 1 + len(steps)


def test_describe_plans_for_other_inputs_and_for_those_who_watch(modulectl):
    words = ["--json", "describe", "fashion_mnist", "--plan", "--runs", 0]
    plan = json.loads(modulectl(*words, "--input", "5x1x28x28"))
    assert plan["inputs"] == [{"dtype": "float32", "shape": [5, 1, 28, 28]}]
    assert "time_ns" not in plan and "time_ns" not in plan["steps"][0]
    watched = json.loads(modulectl(*words, "--observe", "stem.*"))
    assert len(watched["steps"]) > len(plan["steps"]) and watched["result_bytes"] > plan["result_bytes"]
    assert "NOT_FOUND" in modulectl(*words, "--observe", "stem.none", code=4)
    assert "--plan" in modulectl("describe", "fashion_mnist", "--csv", code=2)


def test_modules_and_children_list_trees(modulectl):
    modules = json.loads(modulectl("modules", "fashion_mnist", "--json"))["modules"]
    assert [each["path"] for each in modules[:4]] == ["", "stem", "stem.conv", "stem.bn"]
    assert modulectl("modules", "fashion_mnist").splitlines()[1].startswith("''")
    children = modulectl("children", "fashion_mnist", "stem").splitlines()
    assert [line.split()[0] for line in children] == ["PATH", "stem.conv", "stem.bn", "stem.relu"]


def test_parameters_and_buffers_are_listed_and_shown(modulectl):
    listed = json.loads(modulectl("parameters", "fashion_mnist", "head", "--json"))["parameters"]
    assert [each["path"] for each in listed] == ["head.fc.weight", "head.fc.bias"]
    assert json.loads(modulectl("parameters", "fashion_mnist", "--no-recurse", "--json"))["parameters"] == [
        each for each in json.loads(modulectl("parameters", "fashion_mnist", "--json"))["parameters"]
        if "." not in each["path"]
    ]
    weights = safetensors.read(MODEL / "1/model.safetensors")[0]
    shown = json.loads(modulectl("parameter", "fashion_mnist", "head.fc.bias", "--json"))
    np.testing.assert_array_equal(np.float32(shown["data"]), weights["head.fc.bias"])
    assert "head.fc.bias  float32[10]" in modulectl("parameter", "fashion_mnist", "head.fc.bias")
    assert "stem.bn.running_mean" in modulectl("buffers", "fashion_mnist")
    shown = json.loads(modulectl("buffer", "fashion_mnist", "stem.bn.running_var", "--json"))
    np.testing.assert_array_equal(np.float32(shown["data"]), weights["stem.bn.running_var"])


def test_state_dict_goes_to_a_safetensors_file(modulectl, tmp_path):
    modulectl("state-dict", "fashion_mnist", tmp_path / "all.safetensors")
    saved, weights = safetensors.read(tmp_path / "all.safetensors")[0], safetensors.read(MODEL / "1/model.safetensors")[0]
    assert saved.keys() == weights.keys()
    for name in weights:
        np.testing.assert_array_equal(saved[name], weights[name])
    modulectl("state-dict", "fashion_mnist", tmp_path / "stem.safetensors", "--path", "stem")
    assert "conv.weight" in safetensors.read(tmp_path / "stem.safetensors")[0]


def test_forward_classifies_pictures(modulectl):
    text = modulectl("forward", "fashion_mnist", PICTURE, "--labels", MODEL / "labels.txt", "--top", 2)
    assert text.split()[1] == "pullover" and text.split()[2].endswith("%")


def test_forward_takes_tensors_and_writes_outputs_and_hooks(modulectl, tmp_path):
    safetensors.write(tmp_path / "in.safetensors", {"x": np.zeros((2, 1, 28, 28), np.float32)})
    text = modulectl(
        "forward", "fashion_mnist", tmp_path / "in.safetensors", "--hook", "stem.*", "--output",
        tmp_path / "out.safetensors",
    )  # fmt: skip
    assert [line.split()[1] for line in text.splitlines() if line.startswith("  forward")] == [
        "stem.conv", "stem.bn", "stem.relu",
    ]  # fmt: skip
    saved = safetensors.read(tmp_path / "out.safetensors")[0]
    assert saved["output"].shape == (2, 10)
    assert saved["stem.conv/forward/0"].shape == (2, 32, 28, 28)


def test_forward_prints_json_for_machines(modulectl):
    reply = json.loads(modulectl("forward", "fashion_mnist", PICTURE, "--hook", "head", "--json"))
    assert reply["output"]["shape"] == [1, 10]
    assert reply["events"][0]["path"] == "head" and reply["events"][0]["output"] == reply["output"]


def test_forward_edits_and_transforms_what_hooks_see(modulectl, tmp_path):
    safetensors.write(tmp_path / "logits.safetensors", {"t": np.arange(10, dtype=np.float32).reshape(1, 10)})
    reply = json.loads(
        modulectl(
            "forward", "fashion_mnist", PICTURE, "--json",
            "--hook", f"head | replace={tmp_path / 'logits.safetensors'} | scale=2 | clamp=,16",
            "--hook", "head | topk=3", "--hook", "stem.conv | mean=0,2,3",
        )
    )  # fmt: skip
    assert reply["output"]["data"] == [[0, 2, 4, 6, 8, 10, 12, 14, 16, 16]]
    conv, top, head = reply["events"]
    assert (conv["path"], conv["hook"], conv["output"]["shape"]) == ("stem.conv", 2, [32])
    assert (top["path"], top["hook"], top["output"][0]["data"]) == ("head", 1, [[16, 16, 14]])
    assert "hook" not in head and head["output"] == reply["output"]


def test_backward_prints_gradients(modulectl):
    text = modulectl(
        "backward", "fashion_mnist", PICTURE, "--class-index", 3, "--parameters", "head.**", "--hook", "stem.relu",
        "--kind", "full_backward",
    )  # fmt: skip
    names = [line.split()[0] for line in text.splitlines()[1:]]
    assert names == ["input", "head.fc.weight", "head.fc.bias", "full_backward"]
    reply = json.loads(modulectl("backward", "fashion_mnist", PICTURE, "--class-index", 3, "--json"))
    assert reply["grad_parameters"]["head.fc.bias"]["data"] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert reply["grad_inputs"][0]["shape"] == [1, 1, 28, 28]


def test_backward_writes_gradients_and_starts_from_those_of_a_file(modulectl, tmp_path):
    safetensors.write(tmp_path / "grad.safetensors", {"g": np.full((1, 10), 0.5, np.float32)})
    for name, objective in (("sum", ["--sum"]), ("half", ["--grad-output", tmp_path / "grad.safetensors"])):
        modulectl("backward", "fashion_mnist", PICTURE, *objective, "--output", tmp_path / f"{name}.safetensors")
    whole, half = (safetensors.read(tmp_path / f"{name}.safetensors")[0] for name in ("sum", "half"))
    assert whole["output"].shape == (1, 10) and (whole["grad/head.fc.bias"] == 1).all()
    assert whole.keys() == half.keys() and len(whole) > 10
    for name in whole.keys() - {"output"}:
        np.testing.assert_allclose(half[name], whole[name] / 2, rtol=1e-4, atol=1e-6)


def test_watch_sees_the_calls_of_others(server, modulectl, tmp_path):
    watch = subprocess.Popen(
        [MODULECTL, "--server", server.address, "watch", "fashion_mnist", "stem.conv", "--count", "1",
         "--output", tmp_path / "events"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watch.stdout.readline() == "watching 1 modules\n"
    modulectl("forward", "fashion_mnist", PICTURE)
    line = watch.stdout.readline()
    assert "forward  stem.conv (Conv2d)  float32[1, 32, 28, 28]" in line
    assert watch.wait(60) == 0
    assert len(list((tmp_path / "events").glob("*.safetensors"))) == 1


def test_watch_ends_when_it_is_interrupted(server):
    watch = subprocess.Popen(
        [MODULECTL, "--server", server.address, "watch", "fashion_mnist", "**"], stdout=subprocess.PIPE, text=True
    )
    assert watch.stdout.readline().startswith("watching ")
    watch.send_signal(signal.SIGINT)
    assert watch.wait(60) == -signal.SIGINT


def test_load_and_unload_and_new_weights(tmp_path):
    models = tmp_path / "models"
    shutil.copytree(MODEL, models / "fashion_mnist")
    with servers.serving(models) as running:

        def run(*words):
            command = [MODULECTL, "--server", running.address, "--json", *map(str, words)]
            return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)

        run("state-dict", "fashion_mnist", tmp_path / "w.safetensors")
        loaded = run("load-state-dict", "fashion_mnist", tmp_path / "w.safetensors")
        assert loaded["model"]["version"] == "2" and loaded["missing_keys"] == []
        assert {each["version"] for each in run("unload", "fashion_mnist")} == {"1", "2"}
        assert run("load", "fashion_mnist:1") == {"name": "fashion_mnist", "version": "1"}


def test_apply_writes_the_next_version(tmp_path):
    shutil.copytree(MODEL, tmp_path / "fashion_mnist")
    with servers.serving(tmp_path) as server:

        def modulectl(*words, code=0):
            command = [MODULECTL, "--server", server.address, *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            assert done.returncode == code, done.stderr
            return done.stderr if code else done.stdout

        text = modulectl(
            "apply", "fashion_mnist", "--function", "constant:val=0.5", "--type", "Linear", "--names", "bias"
        )
        assert [line.split() for line in text.splitlines() if "head.fc" in line] == [["head.fc", "Linear", "bias"]]
        assert text.splitlines()[-1] == "wrote fashion_mnist version 2"
        modulectl("state-dict", "fashion_mnist:2", str(tmp_path / "two.safetensors"))
        tensors = safetensors.read(tmp_path / "two.safetensors")[0]
        assert (tensors["head.fc.bias"] == 0.5).all()
        reply = json.loads(
            modulectl("--json", "apply", "fashion_mnist:2", "--path", "stem", "--function", "zeros", "--function", "scale:factor=2"),
        )
        assert reply["model"]["version"] == "3"
        assert [each["path"] for each in reply["visited"]] == ["stem.conv", "stem.bn", "stem.relu", "stem"]
        assert "unknown function" in modulectl("apply", "fashion_mnist", "--function", "gaussian", code=5)



@pytest.mark.parametrize(
    "words, code, text",
    [
        (["describe", "nothing"], 4, "NOT_FOUND"),
        (["describe", "fashion_mnist:9"], 4, "9"),
        (["modules", "fashion_mnist", "stem.convv"], 4, "convv"),
        (["parameter", "fashion_mnist", "stem.zz"], 4, "zz"),
        (["forward", "fashion_mnist", "no/such.png"], 4, "no/such.png"),
        (["forward", "fashion_mnist", __file__], 5, "header"),
        (["forward", "fashion_mnist", PICTURE, "--hook", "stem", "--kind", "sideways"], 5, "sideways"),
        (["forward", "fashion_mnist", PICTURE, "--hook", "stem | blur"], 5, "blur"),
        (
            ["forward", "fashion_mnist", PICTURE, "--hook", "stem | mean=9"],
            5,
            "hooks[0].transform[0]: Dimension out of",
        ),
        (["backward", "fashion_mnist", PICTURE], 5, "grad can be implicitly created only for scalar outputs"),
        (["backward", "fashion_mnist", PICTURE, "--loss", "los"], 4, "loss.path"),
        (["backward", "fashion_mnist", PICTURE, "--sum", "--class-index", 1], 2, "--class-index,--sum"),
        (["state-dict", "fashion_mnist", "no/such/directory/file"], 4, "file"),
        (["describe"], 2, "MODEL"),
        (["sing"], 2, ""),
    ],
)
def test_failures_have_their_own_exit_codes(modulectl, words, code, text):
    assert text in modulectl(*words, code=code)


def test_a_server_that_is_not_there_is_unavailable():
    done = subprocess.run([MODULECTL, "--server", "127.0.0.1:1", "models"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "UNAVAILABLE" in done.stderr
