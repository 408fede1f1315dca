"""serve_agrees.py URL MODEL ROWS.jsonl WANTED.jsonl ROWS.csv: what the server answers to the rows is what `mlops predict`
answered, in each form in which they can be sent."""
import json
import sys
import urllib.request

url, model, rows_file, wanted_file, csv_file = sys.argv[1:]
rows = [json.loads(line) for line in open(rows_file)]
wanted = [json.loads(line) for line in open(wanted_file)]


def post(path, body, kind="application/json"):
    request = urllib.request.Request(url + path, body.encode(), {"content-type": kind})
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as e:
        raise SystemExit(f"{path} {body[:300]}: {e.code} {e.read().decode()}")


def check(form, predictions, probabilities, classes):
    assert len(predictions) == len(wanted), form
    for i, line in enumerate(wanted):
        assert predictions[i] == line["prediction"], (form, i, predictions[i], line)
        if "probability" in line:
            assert abs(probabilities[i][1] - line["probability"]) < 1e-15, (form, i, probabilities[i], line)
            assert abs(sum(probabilities[i]) - 1) < 1e-12, (form, i)
        for at, name in enumerate(classes if len(classes) > 2 else []):
            assert probabilities[i][at] == line[f"probability_{name}"], (form, i, name)


def check_invocations(form, answer):
    assert answer["model"] == f"{model}@v1", answer["model"]
    check(form, answer["predictions"], answer.get("probabilities"), answer.get("classes", []))
    return answer


columns = list(rows[0])
by_column = {name: [row[name] for row in rows] for name in columns}
answer = check_invocations("records", post("/invocations", json.dumps({"dataframe_records": rows})))
split = {"columns": columns, "data": [[row[name] for name in columns] for row in rows]}
check_invocations("split", post("/invocations", json.dumps({"dataframe_split": split})))
check_invocations("instances", post("/invocations", json.dumps({"instances": rows})))
check_invocations("inputs", post("/invocations", json.dumps({"inputs": by_column})))
check_invocations("csv", post("/invocations", open(csv_file).read(), "text/csv"))
for row, line in list(zip(rows, wanted))[:5]:
    alone = post("/invocations", json.dumps({"dataframe_records": [row]}))
    assert alone["predictions"] == [line["prediction"]], (row, alone, line)

metadata = json.load(urllib.request.urlopen(f"{url}/v2/models/{model}"))


def tensor(spec):
    values = by_column[spec["name"]]
    return {"name": spec["name"], "datatype": spec["datatype"], "shape": [len(values)], "data": values}


tensors = post(f"/v2/models/{model}/infer", json.dumps({"inputs": [tensor(one) for one in metadata["inputs"]]}))
outputs = {one["name"]: one for one in tensors["outputs"]}
probabilities = None
if "probability" in outputs:
    width = outputs["probability"]["shape"][1]
    flat = outputs["probability"]["data"]
    probabilities = flat if isinstance(flat[0], list) else [flat[i:i + width] for i in range(0, len(flat), width)]
check("v2", outputs["prediction"]["data"], probabilities, answer.get("classes", []))
