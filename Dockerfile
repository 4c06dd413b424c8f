# The program alone: a static binary, no shell, no root. The image it is built
# in is pinned by version; for the same bytes every time, pin it by digest too
# (docker build --build-arg GO=golang:1.26.8@sha256:...).
ARG GO=golang:1.26.8
FROM ${GO} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /out/signal ./cmd/signal && mkdir /out/data
RUN cat "$(go env GOROOT)/LICENSE" LICENSE > /out/licences.txt && go run ./internal/licences --texts >> /out/licences.txt

FROM scratch
# whom to trust when a certificate is got
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/signal /out/licences.txt /
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
USER 65532:65532
ENV MOIM_LISTEN=:8080 MOIM_DATA=/data
EXPOSE 8080 80 443 3478 3478/udp
VOLUME /data
ENTRYPOINT ["/signal"]
