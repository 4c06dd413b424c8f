# The program alone: a static binary, no shell, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /out/signal ./cmd/signal && mkdir /out/data

FROM scratch
# whom to trust when a certificate is got
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/signal /signal
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV MOIM_LISTEN=:8080 MOIM_DATA=/data
EXPOSE 8080 80 443 3478 3478/udp
VOLUME /data
ENTRYPOINT ["/signal"]
