"""Sweeps on workers: the bytes of one process, whichever worker dies or is missing."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from distributed.core import Status
from fakes import QUADRANTS, SIDE, make_images
from typer.testing import CliRunner

import noiselib
from models.predictors import load_predictor
from studies.__main__ import app
from studies.core.errors import StudyError
from studies.core.provenance import check_versions, required_versions
from studies.plan import conditions_of
from studies.run.cluster import connection, payload
from studies.run.cluster.connection import ClusterConfig, connect
from studies.run.cluster.engine import ClusterEngine
from studies.run.cluster.payload import Payload, pack_models
from studies.run.engine import BLOCK, Computed, Failed, Job, LocalEngine
from studies.run.models import Classifier
from studies.stats.predictions import Outcomes

ROOT = Path(__file__).parents[3]
SHAPE = (SIDE, SIDE, 1)

FUNCTIONS = (
    QUADRANTS
    + """
import os, signal, sys, time

def upper(images):
    return quadrants(images[:, ::2])

def is_bright(images):
    return images[0].mean() > 128

def raises(images):
    if is_bright(images):
        raise RuntimeError("no luck")
    return quadrants(images)

def crashes(images):
    if is_bright(images):
        os.kill(os.getpid(), signal.SIGSEGV)
    return quadrants(images)

def leaves(images):
    if is_bright(images):
        sys.exit(3)
    return quadrants(images)

def slow(images):
    time.sleep(0.02)
    return quadrants(images)
"""
)


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """A folder with a module of functions, from which workers can import it."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "cluster_functions.py").write_text(FUNCTIONS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
    sys.modules.pop("cluster_functions", None)


@pytest.fixture(scope="module")
def client(modules):
    with connect(ClusterConfig(workers=2)) as client:
        client.wait_for_workers(2)
        yield client


@pytest.fixture(scope="module")
def data():
    return make_images(2 * BLOCK + 300, 0)


def conditions(spec, steps, seeds=1):
    path = noiselib.parse(spec)
    resolved = [path.at(step / (steps - 1)) for step in range(steps)]
    return list(dict.fromkeys(c for r in resolved for c in conditions_of(r, range(seeds))))


def functions(*names):
    """Return functions of the module, and the classifiers of a study for them."""
    found = {
        name: load_predictor(f"cluster_functions:{name}", image_shape=SHAPE, threads=1)
        for name in names
    }
    known = [Classifier(n, p.digest, Path(f"cluster_functions:{n}")) for n, p in found.items()]
    return found, known


def jobs_of(conditions, names):
    return [
        Job(condition, {name: f"{name} {number}" for name in names})
        for number, condition in enumerate(conditions)
    ]


def engine(client, classifiers, data, first=0):
    packed = pack_models(classifiers, SHAPE, threads=1, token=os.urandom(8).hex())
    return ClusterEngine(client, Payload(client, packed, *data, first=first))


def assert_same(cells, expected):
    """Compare cells byte for byte; each must occur once."""
    cells, expected = list(cells), {cell.key: cell for cell in expected}
    assert sorted(cell.key for cell in cells) == sorted(expected)
    for cell in cells:
        local = expected[cell.key]
        assert (cell.condition, cell.model) == (local.condition, local.model)
        if isinstance(local, Failed):
            assert cell == local
            continue
        assert isinstance(cell, Computed), cell
        for name in Outcomes.__slots__:
            ours, theirs = getattr(cell.outcomes, name), getattr(local.outcomes, name)
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
            assert ours.tobytes() == theirs.tobytes(), (cell.key, name)


# --- bytes ----------------------------------------------------------------------------------------


def test_workers_give_the_bytes_of_one_process(client, data):
    predictors, known = functions("quadrants", "upper", "raises")
    specs = ["gaussian_noise(sigma=0.5)", "brightness(shift=0.5)", "motion_blur"]
    wanted = [condition for spec in specs for condition in conditions(spec, 6, seeds=2)]
    jobs = jobs_of(dict.fromkeys(wanted), predictors)
    jobs[3] = Job(jobs[3].condition, {"upper": "alone"})
    expected = list(LocalEngine(*data, predictors).run(jobs))
    assert {type(cell) for cell in expected} == {Computed, Failed}
    assert_same(engine(client, known, data).run(jobs), expected)


def test_images_may_come_in_chunks_and_begin_anywhere(client, data, monkeypatch):
    monkeypatch.setattr(payload, "CHUNK_BYTES", 1)
    monkeypatch.setattr(payload, "CACHED_BYTES", 1)  # only the last chunk is kept
    predictors, known = functions("quadrants", "raises")
    jobs = jobs_of(
        [*conditions("salt_and_pepper(amount=0.5)", 4), *conditions("brightness(shift=0.5)", 3)],
        predictors,
    )
    on_workers = engine(client, known, data, first=5000)
    assert on_workers._payload.chunks == 3
    expected = LocalEngine(*data, predictors, first=5000).run(jobs)
    assert_same(on_workers.run(jobs), expected)
    assert_same(on_workers.run(jobs[:2]), LocalEngine(*data, predictors, first=5000).run(jobs[:2]))


def test_model_files_are_sent_with_the_files_beside_them(client, data, tmp_path):
    from onnx import TensorProto, helper, numpy_helper, save

    weights = np.random.default_rng(0).normal(size=(SIDE * SIDE, 4)).astype(np.float32)
    nodes = [
        helper.make_node("Flatten", ["images"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
    ]
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", *SHAPE])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 4])
    graph = helper.make_graph(
        nodes, "linear", [images], [logits], [numpy_helper.from_array(weights, "weights")]
    )
    path = tmp_path / "linear.onnx"
    opset = helper.make_opsetid("", 13)
    save(
        helper.make_model(graph, ir_version=8, opset_imports=[opset]),
        path,
        save_as_external_data=True,
        location="linear.weights",
        size_threshold=0,
    )
    (tmp_path / "linear.onnx.toml").write_text('pixels = "0..1"\noutputs = "logits"\n')
    predictor = load_predictor(path, image_shape=SHAPE, threads=1)
    known = [Classifier("linear", predictor.digest, path)]
    jobs = jobs_of(conditions("gaussian_noise(sigma=0.5)", 3), ["linear"])
    on_workers = engine(client, known, data)
    for file in tmp_path.iterdir():
        file.unlink()  # the payload has their content
    assert_same(on_workers.run(jobs), LocalEngine(*data, {"linear": predictor}).run(jobs))


# --- crashes --------------------------------------------------------------------------------------


def worker_processes(client):
    return {info["pid"] for info in client.run(lambda: {"pid": os.getpid()}).values()}


def test_workers_killed_at_random_lose_no_cell(client, data):
    images, labels = data[0][:BLOCK], data[1][:BLOCK]
    predictors, known = functions("slow")
    jobs = jobs_of(conditions("gaussian_noise(sigma=0.5)", 21, seeds=3), predictors)
    chance = random.SystemRandom()
    victims = worker_processes(client)
    assert len(victims) == 2
    arrived = []
    for cell in engine(client, known, (images, labels)).run(jobs):
        arrived.append(cell)
        if victims and chance.random() < 0.2:
            os.kill(victims.pop(), signal.SIGKILL)
    assert not victims
    assert_same(arrived, LocalEngine(images, labels, predictors).run(jobs))


@pytest.mark.parametrize("given_up", ["forgotten", "closed"])
def test_workers_that_dask_has_given_up_are_restarted(modules, data, monkeypatch, given_up):
    timeout = "10ms" if given_up == "forgotten" else "1h"
    monkeypatch.setitem(connection._SETTINGS, "distributed.deploy.lost-worker-timeout", timeout)
    predictors, known = functions("quadrants")
    jobs = jobs_of(conditions("contrast", 3), predictors)
    with connect(ClusterConfig(workers=1)) as client:
        client.wait_for_workers(1)
        client.cluster.sync(client.cluster._correct_state)  # so that it knows its worker
        (nanny,) = client.cluster.workers.values()
        if given_up == "closed":
            client.cluster.sync(nanny.close)
        else:
            os.kill(worker_processes(client).pop(), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while nanny.status != Status.closed and time.monotonic() < deadline:
            time.sleep(0.05)
        assert nanny.status == Status.closed
        cells = engine(client, known, data).run(jobs)
        assert_same(cells, LocalEngine(*data, predictors).run(jobs))


def test_only_the_cells_that_end_their_process_fail(client, data):
    images, labels = data[0][:BLOCK], data[1][:BLOCK]
    predictors, known = functions("quadrants", "crashes", "leaves")
    wanted = conditions("brightness(shift=0.35)", 8)
    jobs = jobs_of(wanted, predictors)
    bright = [c for c in wanted if noiselib.parse(c.pipeline)(images)[0].mean() > 128]
    assert len(bright) == 2
    cells = list(engine(client, known, (images, labels)).run(jobs))
    failed = [cell for cell in cells if isinstance(cell, Failed)]
    reasons = {"crashes": "signal SIGSEGV", "leaves": "exit status 3"}
    assert {(cell.model, cell.condition): cell.error for cell in failed} == {
        (model, condition): f"the model ended its process: {reason}"
        for model, reason in reasons.items()
        for condition in bright
    }
    harmless = dict.fromkeys(predictors, predictors["quadrants"])  # they predict as it does
    gone = {cell.key for cell in failed}
    expected = list(LocalEngine(images, labels, harmless).run(jobs))
    assert_same(
        [cell for cell in cells if cell.key not in gone],
        [cell for cell in expected if cell.key not in gone],
    )


# --- workers with other versions or models --------------------------------------------------------


def test_a_function_that_differs_on_the_workers_is_an_error(client, data):
    _, (known,) = functions("upper")
    other = Classifier("upper", "0" * 64, known.path)
    jobs = jobs_of(conditions("contrast", 3), ["upper"])
    with pytest.raises(StudyError, match=r"worker tcp://.*cluster_functions:upper is not the one"):
        list(engine(client, [other], data).run(jobs))


def test_a_function_that_is_missing_on_the_workers_is_an_error(client, data):
    missing = Classifier("f", "0" * 64, Path("no_such_module:f"))
    with pytest.raises(StudyError, match=r"worker tcp://.*there is no module no_such_module"):
        list(engine(client, [missing], data).run(jobs_of(conditions("contrast", 3), ["f"])))


def test_required_versions_have_everything_that_decides_numbers():
    here = required_versions({".keras", ".onnx"})
    assert here["numpy"] == np.__version__
    assert here["the corruption fog"] == f"revision {noiselib.registry()['fog'].revision}"
    assert {"Python", "scipy", "keras", "onnxruntime", "the Keras backend"} <= set(here)
    assert "onnxruntime" not in required_versions(())
    check_versions(here, {".keras", ".onnx"}, "w")


def test_each_different_version_is_named():
    expected = required_versions(()) | {"numpy": "1.0", "the corruption fog": "revision 99"}
    with pytest.raises(StudyError) as caught:
        check_versions(expected, (), "tcp://w")
    assert str(caught.value).startswith(
        f"worker tcp://w has numpy {np.__version__} instead of 1.0, the corruption fog revision"
    )


@pytest.fixture
def start_worker(tmp_path):
    """Start a worker of a scheduler, as on another host with another version of scipy."""
    started = []

    def start(scheduler, *folders):
        words = ["worker", scheduler, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*folders, ROOT]))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def sweep(tmp_path, data_file, modules, monkeypatch):
    """Call ``python -m studies sweep`` on small data."""
    monkeypatch.chdir(tmp_path)

    def sweep(*arguments, models="cluster_functions:quadrants", corruption="contrast"):
        words = ["sweep", "--data", data_file, "--models", models, "--strengths", "3"]
        words += ["--corruptions", corruption, "--out", "out", *arguments]
        monkeypatch.setattr(sys, "argv", ["studies", *map(str, words)])
        return CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)

    return sweep


def assert_one_sentence(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_a_cluster_is_used_and_a_worker_with_other_versions_refused(
    client, sweep, start_worker, modules, tmp_path
):
    result = sweep("--scheduler", client.scheduler.address)
    assert result.exit_code == 0, result.output
    with_cluster = (tmp_path / "out" / "curves.csv").read_bytes()

    fake = tmp_path / "scipy-0.9.9.dist-info"
    fake.mkdir()
    (fake / "METADATA").write_text("Metadata-Version: 2.1\nName: scipy\nVersion: 0.9.9\n")
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as cluster:
        start_worker(cluster.scheduler_address, tmp_path, modules)
        result = sweep("--scheduler", cluster.scheduler_address, "--seeds", 2, "--strengths", 5)
    assert_one_sentence(result, "worker tcp://", "has scipy 0.9.9 instead of")
    assert (tmp_path / "out" / "curves.csv").read_bytes() == with_cluster
    result = sweep()
    assert "nothing is left to compute" in result.output  # from the first sweep
    assert (tmp_path / "out" / "curves.csv").read_bytes() == with_cluster


def test_failed_cells_show_in_the_exit_status(sweep, client, tmp_path):
    models = "cluster_functions:quadrants,cluster_functions:leaves"
    result = sweep(
        "--scheduler",
        client.scheduler.address,
        models=models,
        corruption="brightness(shift=0.9)",
    )
    assert result.exit_code == 1, result.output
    assert "the model ended its process: exit status 3" in result.output


# --- schedulers that do not answer ----------------------------------------------------------------


def test_a_missing_scheduler_is_an_error_before_anything_is_written(sweep, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = sweep("--scheduler", f"tcp://127.0.0.1:{port}")
    assert_one_sentence(result, f"tcp://127.0.0.1:{port} cannot be reached", "refused")
    assert not (tmp_path / "out").exists()


def test_an_unknown_host_is_an_error(sweep):
    assert_one_sentence(sweep("--scheduler", "tcp://no.such.host.invalid:8786"), "be reached")


def test_another_server_at_the_address_is_an_error(sweep, monkeypatch):
    monkeypatch.setattr(connection, "SCHEDULER_TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:  # it never answers
        port = server.getsockname()[1]
        result = sweep("--scheduler", f"tcp://127.0.0.1:{port}")
    assert_one_sentence(result, "does not answer as a Dask scheduler does")


@pytest.mark.parametrize(
    "address", ["host:8786", "http://host:1", "tcp://host", "tcp://h:x", "tcp://[h"]
)
def test_invalid_addresses_are_errors(sweep, address):
    assert_one_sentence(sweep("--scheduler", address), "tcp://host:8786", repr(address))


def test_workers_and_a_scheduler_exclude_one_another(sweep):
    result = sweep("--workers", 2, "--scheduler", "tcp://host:1")
    assert_one_sentence(result, "either --workers", "not both")


@pytest.mark.parametrize("number", [0, -1, 1025])
def test_numbers_of_workers_have_limits(sweep, number):
    assert_one_sentence(sweep("--workers", number), "[1, 1024]", str(number))


def test_without_dask_one_sentence_names_the_extra(sweep, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert_one_sentence(sweep("--workers", 2), "distributed", '".[app,cluster]"')
    assert not (tmp_path / "out").exists()


def test_a_sweep_ends_when_there_is_no_worker_for_long(data, monkeypatch):
    from studies.run.cluster import engine as module

    monkeypatch.setattr(module, "NO_WORKER_TIMEOUT", 0.2)
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.1)
    from distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as cluster:
        here = ClusterConfig(scheduler=cluster.scheduler_address)
        with connect(here) as client, pytest.raises(StudyError, match="no worker for"):
            list(engine(client, [], data).run(jobs_of(conditions("contrast", 3), ["f"])))


def test_losing_the_scheduler_is_an_error(data, modules):
    from distributed import LocalCluster

    _, known = functions("slow")
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    )
    with connect(ClusterConfig(scheduler=cluster.scheduler_address)) as client:
        jobs = jobs_of(conditions("gaussian_noise", 50, seeds=4), ["slow"])
        cells = engine(client, known, data).run(jobs)
        assert isinstance(next(cells), Computed)
        threading.Thread(target=cluster.close).start()
        with pytest.raises(StudyError, match=r"the same command resumes|cannot compute"):
            list(cells)


def test_ctrl_c_leaves_no_process_behind(modules, data_file, tmp_path):
    import psutil

    words = ["sweep", "--data", str(data_file), "--models", "cluster_functions:slow"]
    words += ["--seeds", "100", "--workers", "2", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-m", "studies", *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(modules), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # as in a separate terminal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - as in a shell
    )
    deadline = time.monotonic() + 60
    children = []
    while len(children) < 3 and time.monotonic() < deadline:  # and the resource tracker
        time.sleep(0.1)
        children = psutil.Process(process.pid).children(recursive=True)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 130, output
    assert "stopped; what is finished is stored in out; to resume, type" in output
    assert "Traceback" not in output
    assert not psutil.wait_procs(children, timeout=30)[1]
