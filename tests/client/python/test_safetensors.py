"""safetensors files: what is written is read again, and every file that breaks a rule of the format is refused."""
import json
import os

import numpy as np
import pytest

import moduled
from moduled import safetensors

DTYPES = ["?", "u1", "i1", "<i2", "<u2", "<f2", "<i4", "<u4", "<f4", "<c8", "<f8", "<i8", "<u8", moduled.BFLOAT16]


def file_of(path, header, content=b"", length=None):
    """Writes a file from its parts; a header that is not bytes is made JSON."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write((len(text) if length is None else length).to_bytes(8, "little") + text + content)
    return path


def entry(dtype="U8", shape=(4,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_what_is_written_is_read_again(dtype, shape, tmp_path):
    dtype = np.dtype(dtype)
    bits = np.random.default_rng(0).integers(0, 2 if dtype == bool else 256, (*shape, dtype.itemsize), dtype=np.uint8)
    array = np.frombuffer(bits.tobytes(), dtype).reshape(shape)
    safetensors.write(tmp_path / "file", {"a": array})
    tensors, metadata = safetensors.read(tmp_path / "file")
    assert metadata == {}
    assert tensors["a"].dtype == dtype and tensors["a"].shape == shape
    assert tensors["a"].tobytes() == array.tobytes()


def test_metadata_and_names_of_any_script_are_kept(tmp_path):
    names = ["weight", "Gewichtsmaß", "重み", 'with "quotes"']
    safetensors.write(tmp_path / "file", {name: np.arange(3) for name in names}, {"format": "pt", "ключ": "значение"})
    tensors, metadata = safetensors.read(tmp_path / "file")
    assert set(tensors) == set(names)
    assert metadata == {"format": "pt", "ключ": "значение"}


def test_wide_elements_come_first_and_names_decide_among_equals(tmp_path):
    arrays = {"b": np.zeros(1, "f4"), "a": np.zeros(1, "f4"), "c": np.zeros(1, "i8"), "d": np.zeros(1, "?")}
    safetensors.write(tmp_path / "file", arrays)
    assert list(safetensors.read(tmp_path / "file")[0]) == ["c", "a", "b", "d"]


def test_the_elements_begin_at_a_multiple_of_eight(tmp_path):
    for name in ("a", "ab", "abc"):
        safetensors.write(tmp_path / "file", {name: np.zeros(1, "f8")})
        with open(tmp_path / "file", "rb") as file:
            assert int.from_bytes(file.read(8), "little") % 8 == 0


def test_arrays_of_any_layout_and_byte_order_are_written_in_c_order(tmp_path):
    array = np.arange(6, dtype=">i4").reshape(2, 3)
    safetensors.write(tmp_path / "file", {"swapped": array, "turned": array.T})
    tensors, _ = safetensors.read(tmp_path / "file")
    assert tensors["swapped"].tobytes() == np.arange(6, dtype="<i4").tobytes()
    assert np.array_equal(tensors["turned"], array.T)


def test_torch_s_own_files_are_read(tmp_path):
    header = {"a": entry("F32", (2,), (0, 8)), "__metadata__": {"format": "pt"}}
    path = file_of(tmp_path / "file", json.dumps(header).encode() + b"   ", np.float32([1, 2]).tobytes())
    tensors, metadata = safetensors.read(path)
    assert tensors["a"].tolist() == [1, 2] and metadata == {"format": "pt"}


def test_a_file_without_tensors_is_read(tmp_path):
    assert safetensors.read(file_of(tmp_path / "file", {})) == ({}, {})


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    safetensors.write(tmp_path / "file", {"a": np.zeros(1)})
    with pytest.raises(safetensors.SafetensorsError, match="cannot hold"):
        safetensors.write(tmp_path / "file", {"a": np.array(["text"])})
    with pytest.raises(safetensors.SafetensorsError, match="map from string to string"):
        safetensors.write(tmp_path / "file", {"a": np.ones(1)}, {"count": 1})
    assert os.listdir(tmp_path) == ["file"]
    assert safetensors.read(tmp_path / "file")[0]["a"].tolist() == [0]


def test_a_tensor_cannot_be_called_metadata(tmp_path):
    with pytest.raises(safetensors.SafetensorsError, match="cannot be named '__metadata__'"):
        safetensors.write(tmp_path / "file", {"__metadata__": np.zeros(1)})


def nested(depth):
    return b'{"a":' + b"[" * depth + b"]" * depth + b"}"


# (what is wrong, header, the elements, the length that the file claims for its header, what the error says)
BROKEN = [
    ("header past the end", {}, b"", 3, r"runs past the end \(got 3, want at most 2\)"),
    ("header too long", {}, b"", 100_000_001, r"too long \(got 100000001,"),
    ("length of 64 bits", {}, b"", 2**64 - 1, "too long"),
    ("no brace", b" {}", b"", None, "does not begin with"),
    ("an array", b"[]", b"", None, "does not begin with"),
    ("empty header", b"", b"", None, "does not begin with"),
    ("bad UTF-8", b'{"\xff": 1}', b"", None, "is not valid"),
    ("bad JSON", b'{"a": }', b"", None, "is not valid"),
    ("text after it", b'{} {"a": 1}', b"", None, "is not valid"),
    ("endless nesting", nested(100_000), b"", None, "is not valid"),
    ("a name twice", b'{"a": %s, "a": %s}' % ((json.dumps(entry()).encode(),) * 2), b"1234", None, "'a' occurs twice"),
    ("a field twice", b'{"a": {"dtype": "U8", "dtype": "I8"}}', b"1", None, "'dtype' occurs twice"),
    ("an entry that is no object", {"a": 3}, b"", None, "does not hold exactly"),
    ("a field missing", {"a": {"dtype": "U8", "shape": [4]}}, b"1234", None, "does not hold exactly"),
    ("a field too many", {"a": {**entry(), "strides": [1]}}, b"1234", None, "does not hold exactly"),
    ("unknown dtype", {"a": entry("F31")}, b"1234", None, r"unknown dtype \(got 'F31'\)"),
    ("dtype that is no text", {"a": entry(8)}, b"1234", None, "unknown dtype"),
    ("negative extent", {"a": entry(shape=(-4,))}, b"1234", None, "not a list of sizes"),
    ("fractional extent", {"a": entry(shape=(4.0,))}, b"1234", None, "not a list of sizes"),
    ("boolean extent", {"a": entry(shape=(True,))}, b"1234", None, "not a list of sizes"),
    ("huge extent", {"a": entry(shape=(2**64,))}, b"1234", None, "not a list of sizes"),
    ("shape that is no list", {"a": {**entry(), "shape": 4}}, b"1234", None, "not a list of sizes"),
    ("offsets reversed", {"a": entry(offsets=(4, 0))}, b"1234", None, r"not \[begin, end\]"),
    ("three offsets", {"a": entry(offsets=(0, 2, 4))}, b"1234", None, r"not \[begin, end\]"),
    ("negative offset", {"a": entry(offsets=(-4, 0))}, b"1234", None, r"not \[begin, end\]"),
    ("wrong length", {"a": entry(shape=(3,))}, b"1234", None, r"length is wrong \(got 4 bytes, want 3\)"),
    ("product overflows", {"a": entry("U8", (2**32, 2**32), (0, 0))}, b"", None, "not a whole number of bytes below"),
    ("product overflows and is zero", {"a": entry("U8", (2**60, 2**60, 0), (0, 0))}, b"", None, "below"),
    ("half a byte", {"a": entry("F4", (3,), (0, 1))}, b"1", None, "not a whole number of bytes"),
    ("first not at zero", {"a": entry(offsets=(1, 5))}, b"12345", None, "a hole before tensor 'a'"),
    ("a hole", {"a": entry(), "b": entry(offsets=(5, 9))}, b"123456789", None, "a hole before tensor 'b'"),
    ("an overlap", {"a": entry(), "b": entry(offsets=(2, 6))}, b"123456", None, "an overlap before tensor 'b'"),
    ("twice the same bytes", {"a": entry(), "b": entry()}, b"1234", None, "an overlap"),
    ("truncated", {"a": entry()}, b"123", None, r"wrong length \(got 3 bytes of tensors, want 4\)"),
    ("trailing bytes", {"a": entry()}, b"12345", None, r"wrong length \(got 5 bytes of tensors, want 4\)"),
    ("metadata that is no map", {"__metadata__": []}, b"", None, "not a map from string to string"),
    ("metadata that is no text", {"__metadata__": {"a": 1}}, b"", None, "not a map from string to string"),
    ("not in NumPy", {"a": entry("F8_E4M3")}, b"1234", None, "NumPy has no F8_E4M3"),
]


@pytest.mark.parametrize(
    "header, content, length, message", [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_file_that_breaks_a_rule_is_refused(header, content, length, message, tmp_path):
    path = file_of(tmp_path / "file", header, content, length)
    with pytest.raises(safetensors.SafetensorsError, match=message) as caught:
        safetensors.read(path)
    assert str(path) in str(caught.value)


def test_a_file_of_less_than_eight_bytes_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"1234567")
    with pytest.raises(safetensors.SafetensorsError, match=r"too short \(got 7 bytes"):
        safetensors.read(tmp_path / "file")


def test_no_cut_of_a_file_is_accepted(tmp_path):
    safetensors.write(tmp_path / "file", {"a": np.arange(2, dtype="f4"), "b": np.arange(1, dtype="i8")}, {"k": "v"})
    whole = (tmp_path / "file").read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(safetensors.SafetensorsError):
            safetensors.read(tmp_path / "cut")
