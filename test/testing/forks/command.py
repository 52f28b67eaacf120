"""A command or program that the server beside it runs, with this process's streams, environment and directory.

    BIWA_FORKS=SOCKET command.py aws s3 ls
    BIWA_FORKS=SOCKET command.py python 'import boto3 ...'
"""

import json
import os
import socket
import sys

environment = dict(os.environ)
server = socket.socket(socket.AF_UNIX)
server.connect(environment.pop("BIWA_FORKS"))
order = {"program": sys.argv[1], "arguments": sys.argv[2:], "env": environment, "cwd": os.getcwd()}
text = json.dumps(order).encode()
socket.send_fds(server, [len(text).to_bytes(4, "little")], [0, 1, 2])
server.sendall(text)
status = server.recv(1)
sys.exit(status[0] if status else 1)
