# shellcheck disable=SC2154
# What the trainers find, beside scikit-learn's answer on the same rows. `train_probe` trains outside of any project.
load lib

setup() {
  enter_fresh_project
  train_probe=$build_dir/tests/train_probe
  [[ -x $train_probe ]] || train_probe=$source_dir/build/dev/tests/train_probe # a release is built without it
}

# agrees WHAT: prints nothing and exits 0 when every figure of that kind agrees.
agrees() { answers 0 /usr/bin/python3 -W ignore "$source_dir/tests/support/train_reference.py" "$train_probe" "$PWD" "$1"; }

@test "least squares finds scikit-learn's coefficients, with and without a penalty, tall and wide" { agrees linear; }

@test "collinear columns get the answer of the pseudo-inverse" { agrees collinear; }

@test "logistic regression finds scikit-learn's coefficients for two classes" { agrees binary; }

@test "logistic regression finds scikit-learn's coefficients for many classes" { agrees multiclass; }
