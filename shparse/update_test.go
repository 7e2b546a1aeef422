package shparse

import "flag"

// update makes the tests write what they got over what they want.
var update = flag.Bool("update", false, "rewrite what the cases want by what they got")
