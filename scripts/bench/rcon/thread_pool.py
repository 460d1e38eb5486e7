"""Sends commands as the old Python bots did: a thread pool, blocking sockets, a connection and a
login for each command. Arguments: the servers as JSON, and how many commands. Prints JSON."""

import json
import resource
import socket
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor

LOGIN, COMMAND = 3, 2


def packet(number, kind, body):
    data = struct.pack("<ii", number, kind) + body.encode() + b"\0\0"
    return struct.pack("<i", len(data)) + data


def read_packet(file):
    (size,) = struct.unpack("<i", file.read(4))
    data = file.read(size)
    return struct.unpack("<ii", data[:8]), data[8:-2].decode()


def send(server, command):
    with socket.create_connection((server["host"], server["port"]), 10) as connection:
        with connection.makefile("rb") as file:
            connection.sendall(packet(1, LOGIN, server["password"]))
            read_packet(file)
            connection.sendall(packet(2, COMMAND, command))
            return read_packet(file)[1]


servers, count = json.loads(sys.argv[1]), int(sys.argv[2])
with ThreadPoolExecutor() as pool:  # of the size that Python chooses, as the bots left it
    list(pool.map(lambda number: send(servers[number % len(servers)], "GetChat"), range(200)))
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    list(pool.map(lambda number: send(servers[number % len(servers)], "GetChat"), range(count)))
    after, ended = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
print(json.dumps({"ms": (ended - began) * 1e3, "cpuMicroseconds": cpu / count * 1e6}))
