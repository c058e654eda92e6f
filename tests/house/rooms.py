"""Who may include whom: the rooms of the house, and the doors between them.

Debian puts every library's headers into one folder, so the linker does not stop a forbidden include: this table does,
through test_rooms.py.
"""

# A room is a folder, or a file where one file has doors of its own; of several that fit, the longest is meant. Its line
# names the rooms whose headers it may include. Its own are always allowed. Nothing leads back up.
ROOMS = {
    # The contract in C++: what the service offers, and how it looks on the wire.
    "proto/contract": ["nn/tensor"],
    "proto/contract/codec": ["proto/contract", "nn/tensor"],
    # The engine.
    "nn/tensor": [],
    "nn/graph": ["nn/tensor"],
    "nn/ops": ["nn/graph", "nn/tensor"],
    "nn/modules": ["nn/ops", "nn/graph", "nn/tensor"],
    "nn/layers": ["nn/modules", "nn/ops", "nn/graph", "nn/tensor"],
    "nn/plan": ["nn/layers", "nn/modules", "nn/ops", "nn/graph", "nn/tensor"],
    "nn/weights": ["nn/tensor"],
    "nn/description": ["nn/layers", "nn/modules", "nn/weights", "nn/graph", "nn/tensor"],
    # The daemon.
    # Whoever serves asks it; it knows of nothing that is served, and of the engine only how files are read.
    "server/access": ["nn/description", "nn/tensor"],
    # Text of protobuf's, as the configuration of models.
    "server/access/access_file.cc": ["server/access", "nn"],
    "server/models": ["nn", "proto/contract"],
    # Text of protobuf's, and the server's affair: the engine's room that knows protobuf knows nothing of serving.
    "server/models/model_config.cc": ["server/models", "nn", "proto/contract"],
    "server/hooks": ["server/hooks/transforms", "nn/plan", "nn/modules", "nn/graph", "nn/tensor", "proto/contract"],
    "server/hooks/transforms": ["nn/tensor", "proto/contract"],
    "server/scheduling": ["server/models", "server/hooks", "nn", "proto/contract"],
    "server/http": [],
    "server/metrics": ["server/scheduling", "proto/contract"],
    "server/rest": [
        "server/http",
        "server/access",
        "server/open_inference",
        "server/scheduling",
        "nn/tensor",
        "proto/contract",
    ],
    "server/http_port": [
        "server/http",
        "server/rest",
        "server/metrics",
        "server/access",
        "server/open_inference",
        "server/hooks",
        "server/scheduling",
        "server/models",
        "proto/contract",
    ],
    "server/open_inference": ["server/scheduling", "server/models", "nn/tensor", "proto/contract"],
    "server/rpc": [
        "server/access", "server/open_inference", "server/hooks", "server/scheduling", "server/models", "nn/tensor", "proto/contract"],
    "server/operations": ["server/access", "server/scheduling", "server/models", "proto/contract"],
    # Text of protobuf's, as of the model's configuration.
    "server/operations/config_file.cc": ["server/operations", "nn"],
    "server/main.cc": ["server", "nn", "proto"],
    # The clients.
    "client/cpp": ["proto/contract", "nn/tensor"],
    "client/modulectl/bench": ["client/cpp", "proto/contract", "nn/tensor"],
    "client/modulectl": ["client/modulectl/bench", "client/cpp", "proto/contract", "nn/tensor", "nn/weights"],
}

# Headers that only some rooms may include: what they are, a regular expression for them, and the rooms.
GUARDED_HEADERS = [
    (
        "protobuf",
        r"google/protobuf/.*|(moduled/v1|open_inference)/.*\.pb\.h",
        ["proto/contract/codec", "nn/description", "server/models/model_config.cc", "server/access/access_file.cc",
         "server/operations/config_file.cc", "server/rpc", "client"],
    ),
    (
        "gRPC",
        r"grpc(pp)?/.*|.*\.grpc\.pb\.h",
        ["proto/contract/codec", "server/rpc", "server/operations", "server/main.cc", "client/cpp",
         "client/modulectl/bench"],
    ),
    (
        "oneDNN or OpenBLAS",
        r"(oneapi/)?dnnl.*|(openblas/)?cblas.*|(.*/)?openblas.*|lapacke?\.h",
        ["nn/ops", "nn/plan"],
    ),
]
