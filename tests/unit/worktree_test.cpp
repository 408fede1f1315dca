/// The module's tests are in the files beside this one.
