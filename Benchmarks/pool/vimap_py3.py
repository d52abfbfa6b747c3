"""The pool of the Python package vimap, written anew for Python 3 so that it can be measured.

The package itself needs Python 2. This keeps its architecture, because that decides its speed: one
bounded multiprocessing queue to all workers and one back, a dictionary from the number of an input
to the input, a queue manager that polls and never waits for an output (when there is none, the
pool sleeps 10 ms), and exceptions that end their worker. Left out: debug messages, progress
notifications, inputs with a transformed form, and what serves the package's own tests.
"""

import collections
import itertools
import multiprocessing
import os
import queue
import sys
import time
import traceback
import weakref

CONTEXT = multiprocessing.get_context("fork")
NO_INPUT = "NO_INPUT"
MOST_IN_QUEUES = 100
PUT_TIMEOUT = 5.0
WORKER_POLL = 0.02
PARENT_SLEEP = 0.01
JOIN_SLEEP = 0.001
DEFAULT_CHUNK_SIZE = 100

BoundWorker = collections.namedtuple("BoundWorker", "function args kwargs")
ExceptionContext = collections.namedtuple("ExceptionContext", "value formatted_traceback")


class worker:
    """Decorates a generator function whose first parameter is the iterator over the inputs."""

    def __init__(self, function):
        self.function = function

    def init_args(self, *args, **kwargs):
        return BoundWorker(self.function, args, kwargs)


def warn(message):
    print(f"[Warning] {message}", file=sys.stderr, flush=True)


class Routine:
    """What a worker process runs."""

    def __init__(self, bound):
        self.bound = bound
        self.uid = None

    def inputs(self):
        while True:
            try:
                item = self.input_queue.get(timeout=WORKER_POLL)
            except queue.Empty:
                continue
            if item is None:
                return
            if self.uid is not None:
                warn(f"no output for input {self.uid}")
            self.uid, value = item
            yield value

    def send(self, output):
        assert self.uid is not None, f"an output without an input of its own: {output!r}"
        self.output_queue.put((self.uid, "output", output))
        self.uid = None

    def run(self, input_queue, output_queue):
        self.input_queue, self.output_queue = input_queue, output_queue
        function, args, kwargs = self.bound
        try:
            for output in function(self.inputs(), *args, **kwargs):
                self.send(output)
        except Exception as error:
            trace = "".join(traceback.format_tb(error.__traceback__)) + repr(error)
            output_queue.put((self.uid, "exception", ExceptionContext(error, trace)))
        for each in (input_queue, output_queue):
            each.close()
            each.join_thread()


class ChunkedRoutine(Routine):
    """Takes a list of inputs from the queue at a time, and puts a list of outputs on the other."""

    outputs = None

    def inputs(self):
        for chunk in super().inputs():
            self.outputs, self.size = [], len(chunk)
            for number, value in enumerate(chunk):
                assert len(self.outputs) == number, f"no output for element {number - 1}"
                yield value

    def send(self, output):
        self.outputs.append(output)
        if len(self.outputs) == self.size:
            super().send(self.outputs)
            self.outputs = None


class QueueManager:
    """Bounds what is in the queues ("real" in flight), and that plus the outputs taken from them
    that nobody has asked for yet ("total")."""

    def __init__(self, max_real, max_total, output_hook):
        self.max_real, self.max_total = min(MOST_IN_QUEUES, max_real), max_total
        # Weak, so that a pool is gone as soon as nobody holds it.
        self.output_hook = weakref.WeakMethod(output_hook)
        self.input_queue, self.output_queue = CONTEXT.Queue(max_real), CONTEXT.Queue(max_real)
        self.waiting_inputs, self.waiting_outputs = collections.deque(), collections.deque()
        self.real = 0

    @property
    def total(self):
        return self.real + len(self.waiting_outputs)

    def take_outputs(self, seconds=None):
        start = time.time()
        while seconds is None or time.time() - start < seconds:
            try:
                item = self.output_queue.get_nowait()
            except queue.Empty:
                return
            self.real -= 1
            self.waiting_outputs.append(item)
            self.output_hook()(item)

    def pop_output(self):
        self.take_outputs(seconds=1)
        if not self.waiting_outputs:
            raise queue.Empty
        return self.waiting_outputs.popleft()

    def spool(self, inputs):
        """Puts as many inputs as the bounds allow; returns whether there are no more."""
        self.take_outputs()
        room = min(self.max_real - self.real, self.max_total - self.total)
        if room <= 0:
            return False
        self.waiting_inputs.extend(
            itertools.islice(inputs, max(0, room - len(self.waiting_inputs))))
        if not self.waiting_inputs:
            return True
        try:
            while self.waiting_inputs:
                self.input_queue.put(self.waiting_inputs[0], timeout=PUT_TIMEOUT)
                self.real += 1
                self.waiting_inputs.popleft()
        except queue.Full:
            pass
        return False

    def stop_workers(self, count):
        try:
            for _ in range(count):
                self.input_queue.put(None, timeout=PUT_TIMEOUT)
        except queue.Full:
            warn("not every worker could be told to stop")

    def close(self):
        for each in (self.input_queue, self.output_queue):
            each.close()
            each.join_thread()
            each._reader.close()
            each._writer.close()


class Pool:
    routine = Routine

    def __init__(self, workers, max_real_in_flight_factor=10, max_total_in_flight_factor=100):
        self.workers = list(workers)
        self.queues = QueueManager(
            max_real_in_flight_factor * len(self.workers),
            max_total_in_flight_factor * len(self.workers), self.note_exception)
        self.owner = os.getpid()
        self.processes = []
        self.sequences = []
        self.next_uid = 0
        self.input_of_uid = {}
        self.has_exceptions = self.stopping = self.finished = False

    def note_exception(self, item):
        _, kind, output = item
        if kind == "exception":
            self.has_exceptions = True
            print(f"[Worker Exception] {type(output.value).__name__}: {output.value}\n"
                  f"{output.formatted_traceback}", file=sys.stderr, flush=True)

    def fork(self):
        for bound in self.workers:
            process = CONTEXT.Process(
                target=self.routine(bound).run, daemon=True,
                args=(self.queues.input_queue, self.queues.output_queue))
            process.start()
            self.processes.append(process)
        return self

    def imap(self, inputs):
        self.sequences.append(iter(inputs))
        self.spool()
        return self

    def numbered_inputs(self):
        for sequence in self.sequences:
            for value in sequence:
                uid = self.next_uid
                self.next_uid += 1
                self.input_of_uid[uid] = value
                yield uid, value

    def spool(self, close_if_done=False):
        if self.queues.spool(self.numbered_inputs()) and close_if_done:
            self.stop_workers()

    def any_alive(self):
        return any(process.is_alive() for process in self.processes)

    def stop_workers(self):
        if not self.stopping:
            self.stopping = True
            self.queues.stop_workers(len(self.processes))

    def finish_workers(self):
        if self.finished:
            return
        self.stop_workers()
        # Workers can't end while their last outputs don't fit into the queue.
        while self.any_alive():
            self.queues.take_outputs()
            time.sleep(JOIN_SLEEP)
        self.queues.take_outputs()
        for process in self.processes:
            process.join()
        self.processes.clear()
        self.queues.close()
        self.finished = True

    def __del__(self):
        if self.owner != os.getpid():
            return  # A copy in the worker of another pool.
        self.finish_workers()
        if self.input_of_uid and not self.has_exceptions:
            warn("the pool is gone, but not all of its input was consumed")

    def zip_in_out_typ(self, close_if_done=True):
        self.spool()
        while self.queues.total > 0:
            try:
                uid, kind, output = self.queues.pop_output()
            except queue.Empty:
                if self.has_exceptions and not self.any_alive():
                    warn("all workers died")
                    break
                time.sleep(PARENT_SLEEP)
                continue
            self.spool(close_if_done)
            yield self.input_of_uid.pop(uid, NO_INPUT), output, kind
        if close_if_done:
            self.finish_workers()

    def zip_in_out(self, close_if_done=True):
        for value, output, kind in self.zip_in_out_typ(close_if_done):
            if kind == "output":
                yield value, output

    def block_ignore_output(self, close_if_done=True):
        for _ in self.zip_in_out(close_if_done):
            pass


class ChunkedPool(Pool):
    routine = ChunkedRoutine

    def __init__(self, workers, default_chunk_size=DEFAULT_CHUNK_SIZE, **options):
        self.default_chunk_size = default_chunk_size
        super().__init__(workers, **options)

    def imap(self, inputs, chunk_size=None):
        values, size = iter(inputs), chunk_size or self.default_chunk_size
        return super().imap(iter(lambda: list(itertools.islice(values, size)), []))

    def zip_in_out_typ(self, close_if_done=True):
        for chunk, outputs, kind in super().zip_in_out_typ(close_if_done):
            if kind == "output":
                for value, output in zip(chunk, outputs, strict=True):
                    yield value, output, kind
            else:
                # Which element it was is not known; the package says the first.
                yield chunk[0] if isinstance(chunk, list) else chunk, outputs, kind


def fork(workers, **options):
    return Pool(workers, **options).fork()


def fork_chunked(workers, **options):
    return ChunkedPool(workers, **options).fork()


def bound_copies(worker, args, num_workers, kwargs):
    count = num_workers or multiprocessing.cpu_count()
    return [worker.init_args(*args, **kwargs) for _ in range(count)]


def fork_identical(worker, *args, num_workers=None, **kwargs):
    return fork(bound_copies(worker, args, num_workers, kwargs))


def fork_identical_chunked(worker, *args, num_workers=None, **kwargs):
    return fork_chunked(bound_copies(worker, args, num_workers, kwargs))
