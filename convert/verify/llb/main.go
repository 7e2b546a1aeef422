package llb

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/stagefold/stagefold/convert/verify/static"
)

// Main is the command stagefold-llb: it answers the request on standard input and
// returns the exit status.
func Main(args []string) int {
	if len(args) > 0 {
		fmt.Fprintln(os.Stderr, `stagefold-llb: it takes no arguments, and is run by "stagefold verify --static"`)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "stagefold-llb:", err)
		return 2
	}
	return 0
}

func serve(ctx context.Context, in io.Reader, out io.Writer) error {
	var request static.Request
	if err := json.NewDecoder(in).Decode(&request); err != nil {
		return fmt.Errorf("the request: %w", err)
	}
	answer, err := Compare(ctx, request)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(answer)
}
