"""What a server says of its own services, asked by the bytes of server reflection (grpc.reflection.v1alpha)."""
from google.protobuf import descriptor_pb2

METHOD = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


def _fields(data):
    """(number, value) of the length-delimited fields of a message; others are skipped."""

    def varint(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if data[at - 1] < 128:
                return value, at

    at = 0
    while at < len(data):
        key, at = varint(at)
        assert key & 7 in (0, 2), "reflection answers hold no other wire types"
        size, at = varint(at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + size]
            at += size


def _ask(channel, number, text):
    """The answer to one question: field `number` of the request, a string."""
    request = bytes([number << 3 | 2, len(text)]) + text.encode()
    call = channel.stream_stream(METHOD, request_serializer=None, response_deserializer=None)
    answers = list(call(iter([request])))
    assert len(answers) == 1
    return dict(_fields(answers[0]))


def services(channel):
    """The full names of all services."""
    listed = _ask(channel, 7, "")[6]  # list_services -> list_services_response
    return [dict(_fields(service))[1].decode() for number, service in _fields(listed) if number == 1]


def methods(channel, service):
    """The MethodDescriptorProtos of a service."""
    answer = _ask(channel, 4, service)[4]  # file_containing_symbol -> file_descriptor_response
    for _, data in _fields(answer):
        file = descriptor_pb2.FileDescriptorProto.FromString(data)
        for each in file.service:
            if f"{file.package}.{each.name}" == service:
                return list(each.method)
    raise AssertionError(f"no file holds {service}")
