"""Nothing of the catalogue is left out of the comparison."""
import collections

import harness
import pytest

from moduled.exporter import functions

COUNTS = collections.Counter(
    case.subject for category in harness.CATEGORIES for case in harness.cases_of(category).values()
)

# torch.nn's layers, as its documentation lists them (2.6), but for lazy ones; and those that it does not list.
LAYERS = """
    Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Unfold Fold
    MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d AvgPool1d AvgPool2d AvgPool3d
    FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d
    AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d
    ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d
    ZeroPad1d ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d CircularPad1d CircularPad2d CircularPad3d
    ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid MultiheadAttention PReLU ReLU ReLU6 RReLU SELU
    CELU GELU Sigmoid SiLU Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold GLU
    Softmin Softmax Softmax2d LogSoftmax AdaptiveLogSoftmaxWithLoss
    BatchNorm1d BatchNorm2d BatchNorm3d GroupNorm SyncBatchNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm
    LocalResponseNorm RMSNorm
    RNN LSTM GRU RNNCell LSTMCell GRUCell
    Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer
    Identity Linear Bilinear
    Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout
    Embedding EmbeddingBag
    CosineSimilarity PairwiseDistance
    L1Loss MSELoss CrossEntropyLoss CTCLoss NLLLoss PoissonNLLLoss GaussianNLLLoss KLDivLoss BCELoss BCEWithLogitsLoss
    MarginRankingLoss HingeEmbeddingLoss MultiLabelMarginLoss HuberLoss SmoothL1Loss SoftMarginLoss
    MultiLabelSoftMarginLoss CosineEmbeddingLoss MultiMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss
    PixelShuffle PixelUnshuffle Upsample UpsamplingNearest2d UpsamplingBilinear2d ChannelShuffle Flatten Unflatten
    CrossMapLRN2d NLLLoss2d
""".split()


FUNCTIONS = sorted({row.__name__ for row, _, _ in functions._TABLE if row not in (None, functions.Unchanged)})


def test_the_list_of_layers_is_whole():
    assert len(set(LAYERS)) == 139  # With RNNBase, which is no layer of its own, 140.


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_has_three_configurations(name):
    assert COUNTS[name] >= 3


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_called(name):
    assert COUNTS[name] >= 1
