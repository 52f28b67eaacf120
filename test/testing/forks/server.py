"""Forks a process for each command of the AWS CLI and each program with boto3, which it has loaded once: loading them takes
three quarters of a command's time, and the tests run hundreds. What runs is the AWS CLI itself, in a process of its own, with
the arguments, environment, directory and standard streams that its client has. Ends with its standard input.

    server.py SOCKET        says one line of JSON when it is ready: its interpreter, and which of the two are there
"""

import json
import os
import select
import signal
import socket
import sys
import traceback


def loaded(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False


def run(program, arguments):
    if program == "aws":
        from awscli.clidriver import main

        sys.argv = ["aws", *arguments]
        return main()
    exec(compile(arguments[0], "<program>", "exec"), {"__name__": "__main__"})
    return 0


def status_of(program, arguments):
    try:
        return run(program, arguments) or 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def command(order, streams):
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.environ.clear()
    os.environ.update({**order["env"], **own_data})
    os.chdir(order["cwd"])
    os._exit(status_of(order["program"], order["arguments"]) & 255)


def serve(client):
    """Waits for the command, so that its end is told however it comes."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, _, _ = socket.recv_fds(client, 4, 3)
    text = client.recv(int.from_bytes(size, "little"), socket.MSG_WAITALL)
    pid = os.fork()
    if pid == 0:
        command(json.loads(text), streams)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    client.sendall(bytes([status if status >= 0 else 128 - status]))
    os._exit(0)


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
has = {"python": sys.executable, "aws": loaded("awscli.clidriver"), "boto3": loaded("boto3")}
if has["aws"]:
    # Loads what is the CLI's own beside AWS's models.
    from awscli.clidriver import create_clidriver

    create_clidriver()
# Where the CLI's own data lie is set when it is loaded.
own_data = {name: os.environ[name] for name in ["AWS_DATA_PATH"] if name in os.environ}
print(json.dumps(has), flush=True)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    ready, _, _ = select.select([listener, sys.stdin], [], [])
    if sys.stdin in ready:
        os._exit(0)
    client, _ = listener.accept()
    if os.fork() == 0:
        serve(client)
    client.close()
