"""What training scripts do with MLflow's client, with what they read back. Needs an importable mlflow, pandas and
scikit-learn. It says nothing of where it is tracked: MLFLOW_TRACKING_URI does, or MLflow's own default."""
import math
import os
import tempfile

import mlflow
import pandas
from sklearn.linear_model import LinearRegression, LogisticRegression

# Of MLflow 3 and later.
MODELS_HAVE_IDS = hasattr(mlflow, "initialize_logged_model")


def fails(call):
    try:
        call()
    except mlflow.exceptions.MlflowException as fault:
        return fault.error_code
    return "nothing"


def same(found, wanted):
    assert found == wanted, f"found {found!r}, wanted {wanted!r}"


def facts(client, run):
    mlflow.log_param("lr", 0.1)
    mlflow.log_params({"depth": 3, "model": "tree", "flag": True, "none": None})
    for step, loss in enumerate([0.5, 0.25]):
        mlflow.log_metric("loss", loss, step=step)
    mlflow.log_metric("nan", float("nan"))
    mlflow.log_metric("inf", float("inf"))
    mlflow.log_metrics({"a": 1.0, "b/c": 2.5}, step=7)
    mlflow.set_tag("stage", "test")
    mlflow.set_tags({"x": "1", "y": 2, "mlflow.note.content": "a note"})
    mlflow.delete_tag("x")
    data = client.get_run(run.info.run_id).data
    same(data.params, {"lr": "0.1", "depth": "3", "model": "tree", "flag": "True", "none": "None"})
    same(data.metrics["loss"], 0.25)
    assert math.isnan(data.metrics["nan"]) and data.metrics["inf"] > 1e300
    same({key: data.tags.get(key) for key in ["stage", "x", "y"]}, {"stage": "test", "x": None, "y": "2"})
    same([(m.value, m.step) for m in client.get_metric_history(run.info.run_id, "loss")], [(0.5, 0), (0.25, 1)])
    same(fails(lambda: mlflow.log_param("lr", 0.2)), "INVALID_PARAMETER_VALUE")
    same(fails(lambda: client.delete_tag(run.info.run_id, "absent")), "RESOURCE_DOES_NOT_EXIST")
    same(fails(lambda: client.get_run("0" * 32)), "RESOURCE_DOES_NOT_EXIST")


def artifacts(client, run):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "f.txt"), "w", encoding="utf-8") as file:
            file.write("file")
        mlflow.log_artifact(file.name)
        mlflow.log_artifacts(folder, "sub/dir")
    mlflow.log_text("hello", "notes/hello.txt")
    mlflow.log_dict({"a": 1}, "metrics.json")
    same(sorted(a.path for a in client.list_artifacts(run.info.run_id)), ["f.txt", "metrics.json", "notes", "sub"])
    same([a.file_size for a in client.list_artifacts(run.info.run_id, "sub/dir")], [4])
    same(mlflow.artifacts.load_text(mlflow.get_artifact_uri("notes/hello.txt")), "hello")


def inputs(client, run):
    frame = pandas.DataFrame({"a": [1, 2], "b": [3.0, 4.0]})
    mlflow.log_input(mlflow.data.from_pandas(frame, name="tiny", source="http://example.org/x.csv"), context="training")
    same([i.dataset.name for i in client.get_run(run.info.run_id).inputs.dataset_inputs], ["tiny"])


def nested(client, run):
    for i in range(2):
        with mlflow.start_run(nested=True, run_name=f"child{i}"):
            mlflow.log_param("i", i)
            mlflow.log_metric("score", i / 4)
            mlflow.log_text(str(i), "i.txt")
    try:
        with mlflow.start_run(nested=True, run_name="broken"):
            raise ValueError("as a test")
    except ValueError:
        pass
    here = [run.info.experiment_id]
    found = mlflow.search_runs(here, filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    same(sorted(found["status"]), ["FAILED", "FINISHED", "FINISHED"])
    best = mlflow.search_runs(here, "params.i LIKE '%' and metrics.score >= 0", order_by=["metrics.score DESC"])
    same(list(best["metrics.score"]), [0.25, 0.0])
    # To a run that has ended: it is written to, and taken up again.
    child = best["run_id"][1]
    client.log_metric(child, "late", 1)
    with mlflow.start_run(run_id=child, nested=True):
        mlflow.log_text("late", "late.txt")


def models():
    model = LinearRegression().fit([[1.0, 2.0], [2.0, 3.0], [3.0, 5.0]], [1.0, 2.0, 3.0])
    info = mlflow.sklearn.log_model(model, **{"name" if MODELS_HAVE_IDS else "artifact_path": "linear"})
    loaded = mlflow.sklearn.load_model(info.model_uri)
    assert abs(loaded.predict([[2.0, 3.0]])[0] - 2) < 1e-9
    if MODELS_HAVE_IDS:
        mlflow.log_metric("q", 3, model_id=info.model_id)
        found = mlflow.search_logged_models(filter_string="metrics.q > 2", output_format="list")
        same([m.name for m in found], ["linear"])


def main():
    client = mlflow.MlflowClient()
    with mlflow.start_run(run_name="whole", tags={"kind": "scenario"}) as run:
        facts(client, run)
        artifacts(client, run)
        inputs(client, run)
        nested(client, run)
        models()
    mlflow.set_experiment("other")
    mlflow.sklearn.autolog()
    LogisticRegression().fit(pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]}), [0, 0, 1, 1])
    mlflow.sklearn.autolog(disable=True)
    same("other" in [e.name for e in mlflow.search_experiments()], True)
    print("tracked by", mlflow.__version__)


if __name__ == "__main__":
    main()
